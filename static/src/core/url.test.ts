import { describe, expect, it } from 'vitest';
import { CHANNEL_ORDERS } from './order';
import { LAYERS } from './layers';
import { CELL_TABS, LEVELS } from './levels';
import { PANELS } from './panels';
import { makeRandom } from '../../tests/random';
import { SCALE_MODES } from './scale';
import type { State } from './url';
import { DEFAULT_STATE, decodeState, encodeState, pathOf, VIEWS, viewAt } from './url';

/** A state as no person would choose it, from names with every awkward character. */
function anyState(seed: number): State {
  const random = makeRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const number = () => Math.floor(random() * 10 ** pick([1, 2, 5, 9]));
  const letters = [...'abcXYZ019_.:-/ &=#%+?,"\'<>中文é🐼\u202f'];
  const text = () => Array.from({ length: 1 + (number() % 12) }, () => pick(letters)).join('');
  const maybe = <T>(value: T) => (random() < 0.3 ? null : value);
  return {
    net: maybe(text()),
    layer: pick(LAYERS),
    of: maybe(text()),
    edits: maybe(text()),
    bench: maybe(text()),
    set: maybe(text()),
    section: maybe(text()),
    picture: maybe(text()),
    node: maybe(text()),
    c: maybe(number()),
    cell: maybe([number(), number()] as const),
    level: pick(LEVELS),
    tab: pick(CELL_TABS),
    scale: pick(SCALE_MODES),
    order: pick(CHANNEL_ORDERS),
    density: pick(['fit', 'all'] as const),
    view: pick(VIEWS),
    run: maybe(text()),
    beside: Array.from({ length: number() % 3 }, () => `run-${number()}`),
    experiment: maybe(text()),
    panels: maybe(PANELS.filter(() => random() < 0.3)),
    pin: number(),
    theme: pick([null, 'light', 'dark'] as const),
    lang: pick([null, 'en', 'zh'] as const),
  };
}

describe('the path', () => {
  it('names the view where the fragment names none', () => {
    expect(decodeState('', '/lab').view).toBe('lab');
    expect(decodeState('#v=1&view=train', '/lab').view).toBe('train');
    expect(decodeState('', '/elsewhere').view).toBe('look');
  });

  it('is of the lab and the guide alone', () => {
    expect(VIEWS.map(pathOf)).toEqual(['/', '/', '/lab', '/guide']);
    expect(['/lab', '/guide', '/'].map(viewAt)).toEqual(['lab', 'guide', 'look']);
  });
});

describe('the address', () => {
  it.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'of random state %i comes back whole',
    (seed) => {
      const state = anyState(seed);
      const fragment = encodeState(state);
      expect(decodeState(`#${fragment}`)).toEqual(state);
      expect(new URL(`http://localhost/#${fragment}`).hash.slice(1)).toSatisfy(
        (hash: string) => encodeState(decodeState(hash)) === fragment,
      );
    },
  );

  it('of the default state holds the version alone', () => {
    expect(encodeState(DEFAULT_STATE)).toBe('v=1');
  });

  it('is readable, in a stable order, and leaves defaults out', () => {
    const state: State = {
      ...DEFAULT_STATE,
      theme: 'dark',
      scale: 'layer',
      cell: [4, 7],
      c: 3,
      node: 'layer1.0.add:2',
      picture: 'coffee',
      net: 'tiny-vgg',
      lang: 'zh',
    };
    expect(encodeState(state)).toBe(
      'v=1&net=tiny-vgg&picture=coffee&node=layer1.0.add:2&c=3&cell=4,7&theme=dark&lang=zh',
    );
  });
});

describe('decodeState', () => {
  it.each(['', '#', '#v=1', '&&', '#v'])('takes %j as the default state', (fragment) => {
    expect(decodeState(fragment)).toEqual(DEFAULT_STATE);
  });

  it('ignores keys that it does not know', () => {
    const state = decodeState('#v=1&utm=x&net=lenet-5&__proto__=1&toString=2');
    expect(state).toEqual({ ...DEFAULT_STATE, net: 'lenet-5' });
  });

  it.each([
    ['c', '-1'],
    ['c', '1.5'],
    ['c', 'NaN'],
    ['c', '99999999999'],
    ['cell', '3'],
    ['cell', '3,4,5'],
    ['cell', '3,x'],
    ['scale', 'huge'],
    ['theme', 'pink'],
    ['lang', 'de'],
    ['net', ''],
    ['net', 'x'.repeat(201)],
  ])('takes the default for %s=%s', (key, value) => {
    expect(decodeState(`#v=1&${key}=${value}`)).toEqual(DEFAULT_STATE);
  });

  it('reads what it knows of another version', () => {
    const state = decodeState('#v=2&net=lenet-5&cell=quantum');
    expect(state).toEqual({ ...DEFAULT_STATE, net: 'lenet-5' });
  });

  it('keeps a broken percent sign as it is', () => {
    expect(decodeState('#picture=50%25&net=100%')).toMatchObject({
      picture: '50%',
      net: '100%',
    });
  });

  it('leaves out of a list what it does not know', () => {
    const state = decodeState('#view=train&panels=loss,nonsense,worst&beside=a b,7&pin=2');
    expect(state).toMatchObject({
      view: 'train',
      panels: ['loss', 'worst'],
      beside: ['7'],
      pin: 2,
    });
  });

  it('tells no panels from the panels of the beginning', () => {
    expect(encodeState({ ...DEFAULT_STATE, panels: [] })).toBe('v=1&panels=-');
    expect(decodeState('#panels=-').panels).toEqual([]);
    expect(decodeState('#').panels).toBeNull();
  });

  it('lets the last of two equal keys count', () => {
    expect(decodeState('#c=1&c=2').c).toBe(2);
  });
});
