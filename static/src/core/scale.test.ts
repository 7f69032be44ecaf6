import { describe, expect, it } from 'vitest';
import { colourTable, valueTable } from './colour';
import type { ScaleMode, ScaleNode, ScaleSource } from './scale';
import { SCALE_MODES, colourOf, drawnRange, endsOf, legendOf, logitsNode } from './scale';
import type { Range } from './types';

const MAPS: Record<string, Range[]> = {
  input: [
    [0.1, 0.9],
    [0, 0.5],
  ],
  conv: [
    [-2, 1],
    [-0.5, 3],
    [0, 0],
  ],
  relu: [
    [0, 1],
    [0, 3],
    [0, 0],
  ],
  dense: [[-4, 6]],
  softmax: [[0.001, 0.9]],
};

const source: ScaleSource = {
  ranges: {
    layer: { input: [0, 0.9], conv: [-2, 3], relu: [0, 3], dense: [-4, 6], softmax: [0.001, 0.9] },
    block: { '0': [-2.5, 3], '1': [-4, 6] },
    network: [-7, 6],
  },
  mapRange: (node, channel) => MAPS[node]?.[channel] ?? [NaN, NaN],
  logits: 'dense',
};

const input: ScaleNode = { id: 'input', op: 'input', shape: [2, 8, 8], block: 0 };
const conv: ScaleNode = { id: 'conv', op: 'conv', shape: [3, 6, 6], block: 0 };
const relu: ScaleNode = { id: 'relu', op: 'activation', shape: [3, 6, 6], block: 0 };
const dense: ScaleNode = { id: 'dense', op: 'dense', shape: [10], block: 1 };
const softmax: ScaleNode = { id: 'softmax', op: 'softmax', shape: [10], block: 1 };

const ends = (node: ScaleNode, channel: number | null, mode: ScaleMode) =>
  endsOf(drawnRange(source, node, channel, mode));

describe('drawnRange', () => {
  it.each([
    ['map', [-3, 3]],
    ['layer', [-3, 3]],
    ['block', [-3, 3]],
    ['network', [-7, 7]],
  ] as const)('of signed maps is symmetric in mode %s', (mode, wanted) => {
    expect(ends(conv, 1, mode)).toEqual(wanted);
  });

  it('takes the side that is further from zero', () => {
    expect(ends(conv, 0, 'map')).toEqual([-2, 2]);
  });

  it('keeps zero in the middle for rectified maps', () => {
    expect(ends(relu, 1, 'map')).toEqual([-3, 3]);
    expect(ends(relu, null, 'layer')).toEqual([-3, 3]);
  });

  it('gives a rectified layer the scale of its block, so that colours mean the same', () => {
    expect(ends(relu, 0, 'block')).toEqual(ends(conv, 0, 'block'));
  });

  it('of a dead map has no width and keeps a drawable zero', () => {
    const range = drawnRange(source, conv, 2, 'map');
    expect(endsOf(range)).toEqual([0, 0]);
    expect(Object.is(range.lo, -0)).toBe(false);
    expect(colourOf(range, 0, 'light')).toBe(colourTable('activation', 'light')[128]);
  });

  it('of a picture within 0 to 1 is 0 to 1, of each map its own', () => {
    expect(ends(input, 0, 'layer')).toEqual([0, 1]);
    expect(ends(input, 0, 'network')).toEqual([0, 1]);
    expect(ends(input, 0, 'map')).toEqual([0.1, 0.9]);
  });

  it('of a normalised picture is its real range', () => {
    const ranges = { ...source.ranges, layer: { input: [-2.1, 2.6] as Range } };
    expect(endsOf(drawnRange({ ...source, ranges }, input, 0, 'block'))).toEqual([-2.1, 2.6]);
  });

  it('of probabilities is always 0 to 1', () => {
    for (const mode of SCALE_MODES) expect(ends(softmax, 3, mode)).toEqual([0, 1]);
  });

  it('of logits is their real range, in the palette of logits', () => {
    expect(drawnRange(source, dense, null, 'layer')).toMatchObject({
      palette: 'logit',
      lo: -4,
      hi: 6,
    });
  });

  it('of a vector does not depend on the element', () => {
    expect(ends(dense, 9, 'map')).toEqual(ends(dense, null, 'map'));
  });

  it('falls back to the layer where a block has no range', () => {
    expect(ends({ ...conv, block: 9 }, 0, 'block')).toEqual([-3, 3]);
  });
});

describe('legendOf', () => {
  const nodes = [input, conv, relu, dense, softmax];

  it.each(SCALE_MODES)('has the drawn range at its ends for every node in mode %s', (mode) => {
    for (const node of nodes) {
      const range = drawnRange(source, node, 1, mode);
      const { ticks } = legendOf(range, 5);
      expect(ticks[0]).toMatchObject({ at: 0, value: range.lo });
      expect(ticks.at(-1)).toMatchObject({ at: 1, value: range.hi });
    }
  });

  it.each(SCALE_MODES)('has ends in the colours of the values drawn in mode %s', (mode) => {
    for (const node of [input, conv, relu]) {
      const own = source.mapRange(node.id, 1);
      const range = drawnRange(source, node, 1, mode);
      const drawn = valueTable(range.palette, own, endsOf(range), 'light');
      expect(drawn[0]).toBe(colourOf(range, own[0], 'light'));
      expect(drawn[255]).toBe(colourOf(range, own[1], 'light'));
    }
  });

  it('says zero exactly in the middle of signed scales', () => {
    const tick = legendOf(drawnRange(source, conv, null, 'layer')).ticks[1];
    expect(tick).toEqual({ at: 0.5, value: 0, text: '0' });
  });

  it('writes numbers with a true minus sign', () => {
    const { ticks } = legendOf(drawnRange(source, conv, null, 'network'));
    expect(ticks.map((tick) => tick.text)).toEqual(['\u22127.00', '0', '7.00']);
  });

  it('names no number where every map has its own ends', () => {
    const { ticks, range } = legendOf(drawnRange(source, conv, null, 'map'));
    expect(range.relative).toBe(true);
    expect(ticks.map((tick) => tick.text)).toEqual(['\u2212max', '0', 'max']);
  });

  it('of a dead map has one tick', () => {
    const { ticks } = legendOf(drawnRange(source, conv, 2, 'map'));
    expect(ticks.map((tick) => tick.text)).toEqual(['0']);
  });
});

describe('logitsNode', () => {
  it('is what the softmax reads', () => {
    expect(
      logitsNode([
        { op: 'dense', inputs: [] },
        { op: 'softmax', inputs: ['fc'] },
      ]),
    ).toBe('fc');
  });

  it('is null where the network does not end in a softmax', () => {
    expect(logitsNode([{ op: 'dense', inputs: [] }])).toBe(null);
    expect(logitsNode([])).toBe(null);
    expect(
      logitsNode([
        { op: 'softmax', inputs: ['scores'] },
        { op: 'dense', inputs: ['softmax'] },
      ]),
    ).toBe(null);
  });
});
