import { describe, expect, it } from 'vitest';
import {
  brushed,
  cellsBetween,
  decodeEdits,
  encodeEdits,
  withCells,
  withEdit,
  withoutTarget,
  type Edit,
} from './edits';

const WEIGHT: Edit = { kind: 'weight', name: 'conv.weight', index: [2, 0, 1, 1], value: -1.5e-7 };
const OFF: Edit = { kind: 'channel', node: 'layer1.0.relu:2', channel: 12, scale: 0 };
const SWAP: Edit = { kind: 'activation', node: 'relu', function: 'leaky_relu' };
const POOL: Edit = { kind: 'pooling', node: 'pool', mode: 'average' };
const STROKE: Edit = {
  kind: 'pixels',
  cells: [
    [0, 1, 2, 0.25],
    [2, 63, 0, -1],
  ],
};
const ALL = [WEIGHT, OFF, SWAP, POOL, STROKE];

describe('the address', () => {
  it('says every kind of edit, and is read back as it was', () => {
    const text = encodeEdits(ALL);
    expect(text).toContain('c!layer1.0.relu:2!12!0');
    expect(decodeEdits(text)).toEqual(ALL);
    expect(decodeEdits(decodeURIComponent(encodeURIComponent(text)))).toEqual(ALL);
  });

  it.each([
    '',
    '~',
    'w',
    'w!a',
    'w!a!1_x!2',
    'w!a!1!',
    'c!n!NaN!1',
    'a!n!step',
    'p!n!median',
    'x!1_2_3',
  ])('leaves out what cannot be read: %j', (text) => {
    expect(decodeEdits(text)).toEqual([]);
    expect(decodeEdits(`${text}~a!relu!leaky_relu`)).toEqual([SWAP]);
  });
});

describe('a list of edits', () => {
  it('holds one edit of each target, the last', () => {
    const louder: Edit = { ...OFF, scale: 2 };
    expect(withEdit(ALL, louder)).toEqual([WEIGHT, SWAP, POOL, STROKE, louder]);
    expect(withEdit([SWAP], { ...SWAP, function: 'gelu' })).toHaveLength(1);
    expect(withEdit([OFF], { ...OFF, channel: 13 })).toHaveLength(2);
  });

  it('keeps every stroke', () => {
    expect(withEdit([STROKE], STROKE)).toHaveLength(2);
    expect(withoutTarget([STROKE], '')).toHaveLength(1);
  });
});

describe('a stroke', () => {
  it('has each cell once, with its last value', () => {
    expect(
      withCells(
        [[0, 1, 2, 5]],
        [
          [0, 1, 2, 6],
          [1, 1, 2, 7],
        ],
      ),
    ).toEqual([
      [0, 1, 2, 6],
      [1, 1, 2, 7],
    ]);
  });

  it('leaves no gap where the hand is fast', () => {
    const cells = cellsBetween({ y: 0, x: 0 }, { y: 2, x: 5 });
    expect(cells[0]).toEqual({ y: 0, x: 0 });
    expect(cells.at(-1)).toEqual({ y: 2, x: 5 });
    cells.slice(1).forEach(({ y, x }, i) => {
      expect(Math.max(Math.abs(y - (cells[i]?.y ?? 9)), Math.abs(x - (cells[i]?.x ?? 9)))).toBe(1);
    });
  });

  it('of a brush is a square that ends at the edges', () => {
    const extent = { rows: 4, columns: 4 };
    expect(brushed({ y: 1, x: 1 }, 1, extent)).toEqual([{ y: 1, x: 1 }]);
    expect(brushed({ y: 1, x: 1 }, 3, extent)).toHaveLength(9);
    expect(brushed({ y: 0, x: 3 }, 3, extent)).toEqual([
      { y: 0, x: 2 },
      { y: 0, x: 3 },
      { y: 1, x: 2 },
      { y: 1, x: 3 },
    ]);
  });
});
