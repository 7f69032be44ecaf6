import { describe, expect, it } from 'vitest';
import type { OrderSource } from './order';
import { CHANNEL_ORDERS, describeValues, orderChannels } from './order';
import { makeRandom } from '../../tests/random';
import type { Range } from './types';

/** Quantises maps as the server does. */
function quantise(maps: number[][], height: number, width: number): OrderSource {
  const ranges = maps.map((map): Range => [Math.min(...map), Math.max(...map)]);
  const bytes = maps.flatMap((map, channel) => {
    const [lo, hi] = ranges[channel] as Range;
    return map.map((value) => (hi > lo ? Math.round((255 * (value - lo)) / (hi - lo)) : 0));
  });
  return {
    bytes: Uint8Array.from(bytes),
    stack: { count: maps.length, height, width },
    range: (channel) => ranges[channel] as Range,
  };
}

const MAPS = quantise(
  [
    [0, 0, 0, 4], // mean 1, largest 4
    [2, 2, 2, 2], // mean 2, constant
    [-9, 0, 0, 5], // mean -1, largest 5
    [0, 0, 0, 0], // dead
    [2, 2, 2, 2],
  ],
  2,
  2,
);

describe('orderChannels', () => {
  it.each([
    ['index', [0, 1, 2, 3, 4]],
    ['mean', [1, 4, 0, 3, 2]],
    ['max', [2, 0, 1, 4, 3]],
  ] as const)('by %s is %j', (by, wanted) => {
    expect(orderChannels(by, MAPS)).toEqual(wanted);
  });

  it('by similarity puts maps that look alike next to each other, dead maps last', () => {
    const left = [5, 0, 5, 0];
    const right = [0, 5, 0, 5];
    const dead = [0, 0, 0, 0];
    const source = quantise([left, right, dead, [9, 1, 9, 0], [1, 8, 0, 9], [5, 1, 4, 0]], 2, 2);
    const order = orderChannels('similarity', source);
    expect(order.slice(0, 3).sort()).toEqual([0, 3, 5]);
    expect(order.slice(3, 5).sort()).toEqual([1, 4]);
    expect(order[5]).toBe(2);
  });

  it('by similarity does not mind the strength of a map, only its pattern', () => {
    const source = quantise(
      [
        [1, 0, 0, 0],
        [1, 1, 0, 0],
        [100, 0, 0, 0],
      ],
      2,
      2,
    );
    expect(orderChannels('similarity', source)).toEqual([0, 2, 1]);
  });

  it('sorts the numbers of a vector that shares one range', () => {
    const source: OrderSource = {
      bytes: Uint8Array.from([10, 255, 0, 128]),
      stack: { count: 4, height: 1, width: 1 },
      range: () => [-1, 1],
    };
    expect(orderChannels('max', source)).toEqual([1, 3, 0, 2]);
    expect(orderChannels('mean', source)).toEqual([1, 3, 0, 2]);
  });

  it.each(CHANNEL_ORDERS)('by %s is a permutation, the same every time', (by) => {
    const random = makeRandom(7);
    const maps = Array.from({ length: 40 }, () => Array.from({ length: 90 }, () => random() - 0.4));
    const source = quantise(maps, 9, 10);
    const order = orderChannels(by, source);
    expect([...order].sort((a, b) => a - b)).toEqual(maps.map((_, channel) => channel));
    expect(orderChannels(by, source)).toEqual(order);
  });

  it('by similarity falls back to the mean where a chain would be too long', () => {
    const bytes = new Uint8Array(4096).map((_, i) => i % 251);
    const source: OrderSource = {
      bytes,
      stack: { count: 4096, height: 1, width: 1 },
      range: () => [0, 1],
    };
    expect(orderChannels('similarity', source)).toEqual(orderChannels('mean', source));
  });
});

describe('describeValues', () => {
  it('gives the statistics of 2, 4, 4, 4, 5, 5, 7, 9: mean 5, deviation 2', () => {
    expect(describeValues([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({
      count: 8,
      min: 2,
      max: 9,
      mean: 5,
      std: 2,
      zeroShare: 0,
      isDead: false,
      broken: 0,
    });
  });

  it('keeps its digits where the mean is large: 1e8 + 1, 2, 3', () => {
    const { std } = describeValues([1e8 + 1, 1e8 + 2, 1e8 + 3]);
    expect(std).toBeCloseTo(Math.sqrt(2 / 3), 6);
  });

  it('counts zeros and calls a map dead only when all are zero', () => {
    expect(describeValues([0, -0, 3, 1])).toMatchObject({ zeroShare: 0.5, isDead: false });
    expect(describeValues(new Float32Array(9))).toMatchObject({
      zeroShare: 1,
      isDead: true,
      std: 0,
    });
  });

  it('leaves NaN and infinities out and says how many there were', () => {
    const found = describeValues([1, NaN, 3, Infinity]);
    expect(found).toMatchObject({ count: 2, mean: 2, max: 3, broken: 2 });
  });

  it('of nothing is all zeros, not dead', () => {
    expect(describeValues([])).toMatchObject({ count: 0, min: 0, max: 0, std: 0, isDead: false });
  });
});
