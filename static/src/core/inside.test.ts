import { describe, expect, it } from 'vitest';
import { isPlainPress, stateBehind } from './inside';
import { addressOf, DEFAULT_STATE, type State } from './url';

const ORIGIN = 'http://localhost:8000';
const here: State = { ...DEFAULT_STATE, net: 'lenet-5', lang: 'zh', node: 'conv', run: '7' };
const behind = (address: string) => stateBehind(new URL(address, ORIGIN), here, ORIGIN);

describe('a link inside the page', () => {
  it('keeps network, picture, theme and language that it does not say', () => {
    const there = behind(addressOf({ view: 'lab', bench: 'pixel', picture: 'cat' }));
    expect(there).toEqual({
      ...DEFAULT_STATE,
      ...{ view: 'lab', bench: 'pixel', picture: 'cat', net: 'lenet-5', lang: 'zh' },
    });
  });

  it('keeps what was changed in its network, and in no other', () => {
    const changed: State = { ...here, edits: 'c!conv!0!0' };
    const edits = (part: Partial<State>) =>
      stateBehind(new URL(addressOf(part), ORIGIN), changed, ORIGIN)?.edits;
    expect(edits({ view: 'lab' })).toBe('c!conv!0!0');
    expect(edits({ net: 'resnet18' })).toBeNull();
    expect(edits({ edits: 'c!conv!1!0' })).toBe('c!conv!1!0');
  });

  it.each(['/docs', '/lab', 'https://example.org/lab#v=1', '/api/models#v=1', '/#top'])(
    'is not one that leads to %s',
    (address) => expect(behind(address)).toBeNull(),
  );
});

describe('a press', () => {
  const plain = { button: 0, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  it('is plain without any key', () => {
    expect(isPlainPress({ ...plain, defaultPrevented: false })).toBe(true);
    expect(isPlainPress({ ...plain, defaultPrevented: true })).toBe(false);
    expect(isPlainPress({ ...plain, ctrlKey: true, defaultPrevented: false })).toBe(false);
    expect(isPlainPress({ ...plain, button: 1, defaultPrevented: false })).toBe(false);
  });
});
