import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeNode, makePage, NODES } from '../../tests/network';
import { codesOf, exactOf, FakeServer, rangeOf } from '../../tests/server';
import { TABLE_SIZE, valueColour } from '../core/colour';
import { SCALE_MODES, type ScaleMode } from '../core/scale';
import type { NodeInfo } from '../core/types';
import { locale } from '../i18n/i18n.svelte';
import { Look } from './look.svelte';
import type { Picture } from './pictures.svelte';
import { Scales } from './scales.svelte';

const COFFEE: Picture = {
  ...{ id: 'coffee', en: '', zh: '', own: false, fit: 'photo', credit: '', thumb: '' },
  source: { bundled: 'coffee' },
};
const nodeOf = (id: string) => NODES.find((node) => node.id === id) as NodeInfo;

let server: FakeServer;
let look: Look;
let mode: ScaleMode;
let scales: Scales;

function make(nodes = NODES) {
  server.nodes = nodes;
  const page = makePage();
  look = new Look({ ...page, card: { ...page.card, nodes } });
  scales = new Scales(look, () => mode);
  return look.open('tiny', COFFEE, null);
}

beforeEach(async () => {
  mode = 'layer';
  server = new FakeServer();
  await make();
});
afterEach(() => {
  locale.language = 'en';
  vi.unstubAllGlobals();
});

describe('own', () => {
  it('is the range of one map, and of a whole vector', () => {
    expect(scales.own('conv', 2)).toEqual([-1, 3]);
    expect(scales.own('dense', 2)).toEqual([-1, 1]);
    expect(scales.own('flat', 3)).toEqual([-1, 1]);
    expect(scales.own('nobody', 0)).toEqual([0, 0]);
  });

  it('of a number on a line is the range of its line', async () => {
    const lines = makeNode({ id: 'lines', inputs: ['input'], shape: [3, 5] });
    await make([NODES[0] as NodeInfo, lines]);
    expect([0, 4, 5, 14].map((channel) => scales.own('lines', channel))).toEqual([
      ...[rangeOf(lines, 0), rangeOf(lines, 0), rangeOf(lines, 1), rangeOf(lines, 2)],
    ]);
  });
});

describe('range', () => {
  it.each([
    ['map', [-3, 3]],
    ['layer', [-2, 2]],
    ['block', [-3, 3]],
    ['network', [-5, 5]],
  ] as const)('in mode %s comes from the header', (chosen, [lo, hi]) => {
    mode = chosen;
    expect(scales.range('conv', 2)).toMatchObject({ palette: 'activation', lo, hi });
  });

  it('is nothing before there is a trace, and of a node that is not in it', () => {
    const empty = new Scales(new Look(makePage()), () => mode);
    expect(empty.range('conv', 0)).toMatchObject({ lo: 0, hi: 0 });
    expect(scales.range('nobody', 0)).toMatchObject({ lo: 0, hi: 0 });
  });

  it('gives logits and probabilities their own palette', () => {
    expect(scales.range('dense', 0).palette).toBe('logit');
    expect(scales.range('softmax', 0)).toMatchObject({ palette: 'logit', lo: 0, hi: 1 });
    expect(scales.range('input', 0).palette).toBe('grey');
  });
});

describe('table', () => {
  it.each(SCALE_MODES)('in mode %s colours the ends of a map as the legend would', (chosen) => {
    mode = chosen;
    const [lo, hi] = scales.own('conv', 1);
    const { palette, lo: from, hi: to } = scales.range('conv', 1);
    const table = scales.table('conv', 1, 'dark');
    expect(table[0]).toBe(valueColour(palette, lo, [from, to], 'dark'));
    expect(table[TABLE_SIZE - 1]).toBe(valueColour(palette, hi, [from, to], 'dark'));
  });
});

describe('dead', () => {
  it('are the maps that are zero everywhere, and no numbers of vectors', () => {
    expect([...scales.dead('relu')]).toEqual([2]);
    expect([...scales.dead('conv')]).toEqual([]);
    expect([...scales.dead('dense')]).toEqual([]);
    expect([...scales.dead('nobody')]).toEqual([]);
  });
});

describe('order', () => {
  it('sorts by the largest value of every map', () => {
    expect(scales.order('conv', 'index')).toEqual([0, 1, 2, 3]);
    expect(scales.order('conv', 'max')).toEqual([3, 2, 1, 0]);
    expect(scales.order('relu', 'max')).toEqual([3, 1, 0, 2]);
  });

  it('is none of a node that is not in the trace', () => {
    expect(scales.order('nobody', 'max')).toEqual([]);
  });
});

describe('read', () => {
  const place = { node: 'conv', channel: 2, y: 4, x: 5 };
  const index = (2 * 6 + 4) * 6 + 5;

  it('is what the byte stands for until the numbers are here', () => {
    const code = codesOf(nodeOf('conv'))[index] as number;
    const reading = scales.read(place);
    expect(reading?.exact).toBe(false);
    expect(reading?.value).toBeCloseTo(-1 + (code / 255) * 4, 12);
  });

  it('is the exact number afterwards', async () => {
    await look.needExact(['conv']);
    expect(scales.read(place)).toEqual({ value: exactOf(nodeOf('conv'))[index], exact: true });
  });

  it('of a strip and of a vector counts through', async () => {
    await look.needExact(['flat', 'dense']);
    const strip = { node: 'flat', channel: 3, y: 8, x: 0 };
    expect(scales.read(strip)?.value).toBe(exactOf(nodeOf('flat'))[35]);
    expect(scales.read({ node: 'dense', channel: 1 })?.value).toBe(exactOf(nodeOf('dense'))[1]);
  });

  it('is nothing where there is nothing', () => {
    expect(scales.read({ node: 'nobody', channel: 0 })).toBeNull();
    expect(new Scales(new Look(makePage()), () => mode).read(place)).toBeNull();
  });
});

describe('describeMap', () => {
  it('names the map and its ends, or says that it is dead, in the language of the page', () => {
    expect(scales.describeMap('conv', 2)).toMatch(/conv.*2.*−1.00.*3.00/);
    const dead = scales.describeMap('relu', 2);
    expect(dead).not.toMatch(/0.00/);
    locale.language = 'zh';
    expect(scales.describeMap('relu', 2)).toMatch(/\p{Script=Han}/u);
    expect(scales.describeMap('relu', 2)).not.toBe(dead);
  });
});
