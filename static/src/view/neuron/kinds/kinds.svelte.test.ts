// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordCanvases } from '../../../../tests/canvas';
import { makeNode, makePage, NODES } from '../../../../tests/network';
import { exactOf, FakeServer, settle, weightsOf } from '../../../../tests/server';
import type { NodeInfo } from '../../../core/types';
import { learn, locale } from '../../../i18n/i18n.svelte';
import en from '../../../i18n/rooms/neuron.en.json';
import zh from '../../../i18n/rooms/neuron.zh.json';
import { Look, type Place } from '../../../state/look.svelte';
import type { Picture } from '../../../state/pictures.svelte';
import { Player } from '../../../state/player.svelte';
import { Scales } from '../../../state/scales.svelte';
import { kindOf } from './table';

const nodeOf = (id: string) => NODES.find((node) => node.id === id) as NodeInfo;
const exact = (id: string) => exactOf(nodeOf(id));

let made: Record<string, unknown>;
let look: Look;
let player: Player;
const onplace = vi.fn<(place: Place | { node: string }) => void>();
let nodes: readonly NodeInfo[];

/** Opens the inside of a node. */
async function show(id: string, channel = 0, cell: { y: number; x: number } | null = null) {
  const server = new FakeServer();
  server.nodes = nodes;
  const page = makePage();
  look = new Look({ ...page, card: { ...page.card, nodes } });
  const picture: Picture = {
    ...{ id: 'coffee', en: '', zh: '', own: false, fit: 'photo', credit: '', thumb: '' },
    source: { bundled: 'coffee' },
  };
  await look.open('tiny', picture, null);
  player = new Player();
  const node = look.node(id);
  made = mount(kindOf(node), {
    target: document.body,
    props: {
      ...{ look, node, channel, cell, player, onplace, theme: 'light', width: 600, height: 500 },
      scales: new Scales(look, () => 'layer'),
    },
  });
  flushSync();
  await settle();
  flushSync();
}
const one = (selector: string) => document.body.querySelector(selector) as HTMLElement;
const all = (selector: string) => [...document.body.querySelectorAll<HTMLElement>(selector)];
const data = (selector: string, name: string) => Number(one(selector).dataset[name]);
function press(selector: string, key: string): void {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  one(selector).dispatchEvent(event);
  flushSync();
}
function choose(selector: string, value: string): void {
  (one(selector) as HTMLSelectElement).value = value;
  one(selector).dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
}

beforeEach(() => {
  nodes = NODES;
  learn({ en, zh });
  recordCanvases();
  locale.language = 'en';
  onplace.mockClear();
});
afterEach(async () => {
  await unmount(made);
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('an activation', () => {
  it('shows the chosen cell before and after, and the slope there', async () => {
    await show('relu', 1, { y: 2, x: 3 });
    const at = (1 * 6 + 2) * 6 + 3;
    expect(data('.reading', 'x')).toBe(exact('conv')[at]);
    expect(data('.reading', 'y')).toBe(exact('relu')[at]);
    expect(data('.reading', 'slope')).toBe((exact('conv')[at] as number) > 0 ? 1 : 0);
  });

  it('says how many inputs lie on the flat part', async () => {
    await show('relu', 1);
    const share = (values: Float32Array) =>
      values.filter((value) => value <= 0).length / values.length;
    expect(data('[data-flat]', 'flat')).toBeCloseTo(share(exact('conv')), 12);
    expect(data('[data-flat]', 'flatMap')).toBeCloseTo(share(exact('conv').subarray(36, 72)), 12);
  });

  it('begins at the strongest cell, and says that nobody chose it', async () => {
    await show('relu', 1);
    const own = exact('relu').subarray(36, 72);
    expect(data('.reading', 'y')).toBe(Math.max(...own));
    expect(one('.reading').textContent).toContain('strongest');
  });

  it('moves its cell by arrow keys', async () => {
    await show('relu', 1, { y: 2, x: 3 });
    press('[data-face=relu]', 'ArrowRight');
    expect(onplace).toHaveBeenLastCalledWith({ node: 'relu', channel: 1, y: 2, x: 4 });
  });
});

describe('a pooling', () => {
  it('names the winner of the window, and the share that is dropped', async () => {
    await show('pool', 1, { y: 1, x: 2 });
    const relu = exact('relu').subarray(36, 72);
    const candidates = [16, 17, 22, 23].map((at) => relu[at] as number);
    const pooled = exact('pool');
    pooled[9 + 5] = Math.max(...candidates);
    look.exact.set('pool', pooled);
    flushSync();
    const cells = all('[data-window-cell]').map(({ dataset }) => [
      dataset['windowCell'],
      Number(dataset['value']),
    ]);
    const wanted = ['2 4', '2 5', '3 4', '3 5'].map((at) => {
      const [y, x] = at.split(' ').map(Number) as [number, number];
      return [at, relu[y * 6 + x]];
    });
    expect(cells).toEqual(wanted);
    expect(one('[data-winner]').dataset['winner']).toBe(
      ['2 4', '2 5', '3 4', '3 5'][candidates.indexOf(Math.max(...candidates))],
    );
    expect(data('[data-won]', 'won')).toBe(0.25);
  });

  it('shows no formula that does not come to the value', async () => {
    await show('pool', 1, { y: 1, x: 2 });
    expect(all('[data-window-cell]')).toEqual([]);
    expect(one('[data-kind=pool]').textContent).toContain('do not come to');
  });

  it('walks with its player, and the hand takes over', async () => {
    await show('pool', 1);
    expect(player.count).toBe(9);
    player.seek(5);
    flushSync();
    expect(onplace).toHaveBeenLastCalledWith({ node: 'pool', channel: 1, y: 1, x: 2 });
  });
});

describe('a flattening', () => {
  it('says where an element stands', async () => {
    await show('flat', 2, { y: 5, x: 0 });
    // Channel 2 of 4 x 3 x 3, row 1, column 2.
    expect(one('[data-proof="45"]').textContent).toBe('23');
    expect(one('[data-flat-cell]').dataset['flatCell']).toBe('2 1 2');
  });

  it('shows the weight of an element towards the chosen unit', async () => {
    await show('flat', 2, { y: 5, x: 0 });
    const weights = [...weightsOf(nodeOf('dense')).values()][0]?.data as Float32Array;
    choose('[data-unit] select', '2');
    expect(data('[data-element]', 'weight')).toBe(weights[2 * 36 + 23]);
    expect(data('[data-element]', 'element')).toBe(exact('flat')[23]);
  });

  it('moves along the vector by keys', async () => {
    await show('flat', 2, { y: 5, x: 0 });
    press('[role=slider]', 'ArrowDown');
    expect(onplace).toHaveBeenLastCalledWith({ node: 'flat', channel: 2, y: 8, x: 0 });
    press('[role=slider]', 'PageUp');
    expect(onplace).toHaveBeenLastCalledWith({ node: 'flat', channel: 1, y: 5, x: 0 });
  });
});

describe('a dense unit', () => {
  it('adds up its products and bias', async () => {
    await show('dense', 1);
    const [weight, bias] = [...weightsOf(nodeOf('dense')).values()].map(
      ({ data }) => data as Float32Array,
    ) as [Float32Array, Float32Array];
    const sum = exact('flat').reduce((total, x, i) => total + x * (weight[36 + i] as number), 0);
    expect(data('[data-proof="46"]', 'sum')).toBeCloseTo(sum + (bias[1] as number), 9);
    const steps = all('[data-product]').map(({ dataset }) => Number(dataset['product']));
    expect(steps.reduce((a, b) => a + b)).toBeCloseTo(sum + (bias[1] as number), 9);
    expect(all('[data-map-sum]').length).toBe(4);
  });

  it('goes to another unit, and to the pixel of an element', async () => {
    await show('dense', 1);
    choose('[data-unit] select', '2');
    expect(onplace).toHaveBeenLastCalledWith({ node: 'dense', channel: 2 });
    const first = one('[data-step]');
    first.querySelector('button')?.click();
    const index = Number(first.dataset['step']);
    expect(onplace).toHaveBeenLastCalledWith({
      ...{ node: 'pool', channel: Math.floor(index / 9) },
      ...{ y: Math.floor(index / 3) % 3, x: index % 3 },
    });
  });
});

describe('a softmax', () => {
  it('adds up to 1, and 5 more for every logit change nothing', async () => {
    await show('softmax', 1);
    const before = all('[data-class-row]').map(({ dataset }) => Number(dataset['share']));
    expect(data('[data-sum]', 'sum')).toBeCloseTo(1, 12);
    one('[data-add]').click();
    flushSync();
    const after = all('[data-class-row]').map(({ dataset }) => Number(dataset['share']));
    after.forEach((share, i) => expect(share).toBeCloseTo(before[i] as number, 12));
    expect(data('[data-change]', 'change')).toBeLessThan(1e-9);
  });

  it('lights the term, the row and the place on the canvas together', async () => {
    await show('softmax', 1);
    one('[data-term="2"]').dispatchEvent(new Event('pointerenter'));
    flushSync();
    expect(look.hover).toMatchObject({ node: 'softmax', channel: 2 });
    expect(one('[data-class-row="2"]').className).toContain('lit');
    look.hover = { node: 'dense', channel: 0 };
    one('[data-term="2"]').dispatchEvent(new Event('pointerleave'));
    look.hover = { node: 'dense', channel: 0 };
    flushSync();
    expect(one('[data-class-row="0"]').className).toContain('lit');
  });

  it('compares with a label: one-hot, prediction, difference, loss', async () => {
    await show('softmax', 1);
    choose('[data-unit] select', '2');
    const row = (name: string) =>
      all(`[data-row=${name}] [data-value]`).map(({ dataset }) => Number(dataset['value']));
    expect(row('label')).toEqual([0, 0, 1]);
    row('difference').forEach((difference, i) =>
      expect(difference).toBeCloseTo((row('prediction')[i] ?? 0) - (i === 2 ? 1 : 0), 12),
    );
    expect(data('[data-loss]', 'loss')).toBeCloseTo(-Math.log(row('prediction')[2] ?? 0), 9);
  });
});

describe('a sum and a stack', () => {
  beforeEach(() => {
    const cell = { kind: 'cell' as const, function: 'add' };
    const concat = { kind: 'concat' as const, axis: 0, sizes: [4, 4] };
    nodes = [
      ...NODES.slice(0, 3),
      makeNode({
        id: 'add',
        op: 'add',
        inputs: ['conv', 'relu'],
        shape: [4, 6, 6],
        geometry: cell,
      }),
      makeNode({
        ...{ id: 'cat', op: 'concat', inputs: ['conv', 'relu'] },
        ...{ shape: [8, 6, 6], geometry: concat },
      }),
    ];
  });

  it('shows each part of a cell, and the layers that it passes by', async () => {
    await show('add', 1, { y: 0, x: 4 });
    const parts = all('[data-part]').map(({ dataset }) => Number(dataset['part']));
    expect(parts).toEqual([exact('conv')[40], exact('relu')[40]]);
    expect(all('[data-source]').map(({ dataset }) => dataset['source'])).toEqual(['conv', 'relu']);
    expect(one('[data-source=conv]').textContent).toContain('1');
  });

  it('says which input a channel of a stack came from', async () => {
    await show('cat', 6, { y: 0, x: 4 });
    expect(one('[data-input]').dataset).toMatchObject({ input: '1', sourceChannel: '2' });
    (all('.stack button')[0] as HTMLElement).click();
    expect(onplace).toHaveBeenLastCalledWith({ node: 'cat', channel: 0 });
  });
});

describe('a step that is not stated', () => {
  it('says so', async () => {
    nodes = [
      ...NODES.slice(0, 3),
      makeNode({
        ...{ id: 'odd', op: 'norm', inputs: ['relu'], shape: [4, 6, 6] },
        geometry: { kind: 'other', function: 'group_norm' },
      }),
    ];
    await show('odd', 1);
    expect(one('[data-kind=other]').textContent).toContain('group_norm');
    expect(one('[data-kind=other]').textContent).toContain('no formula');
  });
});
