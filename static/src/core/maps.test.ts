import { describe, expect, it } from 'vitest';
import { cellAddress, cellIndex, mapStack } from './maps';
import type { Geometry } from './types';

const CELL: Geometry = { kind: 'cell', function: 'relu' };
const node = (shape: number[], geometry: Geometry = CELL) => ({ shape, geometry });

const MAPS = node([3, 4, 5]);
const FLAT = node([60], { kind: 'flatten', from: [3, 4, 5] });
const LINES = node([3, 7]);
const VECTOR = node([6]);

describe('mapStack', () => {
  it.each([
    ['maps', MAPS, [3, 4, 5]],
    ['a flattened vector as one strip a channel', FLAT, [3, 20, 1]],
    ['a vector as maps of one cell', VECTOR, [6, 1, 1]],
    ['lines as maps of one cell', LINES, [21, 1, 1]],
    [
      'what was flattened from something else',
      node([6], { kind: 'flatten', from: [6] }),
      [6, 1, 1],
    ],
    ['a single number', node([]), [1, 1, 1]],
  ])('takes %s', (_what, drawn, [count, height, width]) => {
    expect(mapStack(drawn)).toEqual({ count, height, width });
  });

  it.each([MAPS, FLAT, LINES, VECTOR])('holds every value of $shape once, in order', (drawn) => {
    const stack = mapStack(drawn);
    const places = [];
    for (let c = 0; c < stack.count; c++) {
      for (let y = 0; y < stack.height; y++) {
        for (let x = 0; x < stack.width; x++) places.push(cellIndex(stack, c, y, x));
      }
    }
    const size = drawn.shape.reduce((product, each) => product * each, 1);
    expect(places).toEqual(Array.from({ length: size }, (_, i) => i));
  });
});

describe('cellAddress', () => {
  it.each([
    ['a map', MAPS, [2, 3, 4], [2, 3, 4]],
    ['a strip, counted through', FLAT, [2, 7, 0], [47]],
    ['a vector', VECTOR, [4, 0, 0], [4]],
    ['lines: the number on its line', LINES, [16, 0, 0], [2, 0, 2]],
    ['a single number', node([]), [0, 0, 0], [0]],
  ])('is in %s', (_what, drawn, [c = 0, y = 0, x = 0], address) => {
    expect(cellAddress(drawn, c, y, x)).toEqual(address);
  });
});
