// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeListing, serve, settled, type Asked } from '../../../../tests/setup';
import type { Options } from '../../../core/run';
import { SetupState } from '../../../state/setup.svelte';
import AugmentPreview from './AugmentPreview.svelte';

let calls: Asked[];
let gone: string[];
let props: { setup: SetupState; options: Options };
let made: Record<string, unknown> | null = null;

beforeEach(() => {
  let next = 0;
  gone = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${++next}`);
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void gone.push(url));
  calls = serve({ 'GET /api/data/digits/augment': () => new Response('png') });
  const setup = new SetupState();
  setup.sets = [makeListing('digits'), makeListing('ring', { shape: [2] })];
  const state = $state({ setup, options: { data: 'digits', rotate: 0, lr: 1 } as Options });
  props = state;
  made = mount(AugmentPreview, { target: document.body, props: state });
  flushSync();
});
afterEach(async () => {
  await close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Takes the component down, once. */
async function close(): Promise<void> {
  if (made) await unmount(made);
  made = null;
}

const set = (values: Options) => {
  props.options = { ...props.options, ...values };
  flushSync();
};

describe('the preview', () => {
  it('follows a slider with one request at a time, the newest last', async () => {
    for (const rotate of [10, 20, 30, 40]) set({ rotate });
    await settled();
    expect(calls.map(({ query }) => query.get('rotate'))).toEqual(['0', '10', '40']);
  });

  it('asks for nothing when another option changes', async () => {
    await settled();
    set({ lr: 2 });
    await settled();
    expect(calls).toHaveLength(1);
  });

  it('says that only training pictures change, or that nothing does', async () => {
    const words = () => document.querySelector('.preview p')?.textContent ?? '';
    expect(words()).toContain('Nothing is changed');
    set({ rotate: 5 });
    expect(words()).toContain('Only training pictures');
    set({ data: 'ring' });
    expect(document.body.textContent).toContain('Points are never changed');
  });

  it('gives every picture back', async () => {
    await settled();
    set({ rotate: 5 });
    await settled();
    await close();
    expect(gone).toEqual(['blob:1', 'blob:2']);
  });
});
