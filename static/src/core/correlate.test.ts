import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { correlate, touches, turned, type Maps, type WindowAxes } from './correlate';

interface Golden {
  input: Maps;
  weights: number[];
  bias: number[];
  axes: WindowAxes;
  expected: Maps;
}

const path = new URL('../../../tests/golden/correlate.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden[];
const axis = { kernel: 3, stride: 1, padding: [0, 0] } as const;

describe('cross-correlation', () => {
  it.each(golden.map((entry, i) => ({ ...entry, i })))(
    'makes the maps that torch makes of case $i',
    ({ input, weights, bias, axes, expected }) => {
      const made = correlate(input, { data: weights, out: expected.channels, bias }, axes);
      expect([made.channels, made.height, made.width]).toEqual([
        ...[expected.channels, expected.height, expected.width],
      ]);
      const wrong = Array.from(made.data).filter(
        (value, i) => Math.abs(value - (expected.data[i] as number)) > 1e-7,
      );
      expect(wrong).toEqual([]);
    },
  );

  it('is of other cases than empty ones', () => {
    const sizes = golden.map(({ expected }) => expected.data.length);
    expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(20);
    expect(sizes.filter((size) => size === 0).length).toBeGreaterThan(0);
  });
});

describe('a kernel turned by 180 degrees', () => {
  it('is the kernel itself where it is symmetric, and minus it for Sobel', () => {
    expect(turned([1, 2, 1, 2, 4, 2, 1, 2, 1])).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
    expect(turned([-1, 0, 1, -2, 0, 2, -1, 0, 1])).toEqual([1, 0, -1, 2, 0, -2, 1, 0, -1]);
  });
});

describe('the windows over a cell', () => {
  it('are 1 in the corner and 9 in the middle of 5 x 5 under 3 x 3', () => {
    const counts = touches(5, 5, [axis, axis]);
    expect([counts[0], counts[12]]).toEqual([1, 9]);
  });

  it('are 4 in the corner where one ring is padded', () => {
    const padded = { ...axis, padding: [1, 1] } as const;
    expect(touches(5, 5, [padded, padded])[0]).toBe(4);
  });
});
