import { describe, expect, it } from 'vitest';
import { largestChange, largestOf } from './classRows';

describe('largestOf', () => {
  const values = [1, 5, 3, 2];

  it('keeps the order of the classes', () => {
    expect(largestOf(values, 2, [])).toEqual([1, 2]);
  });

  it('shows those that are asked for in place of the smallest', () => {
    expect(largestOf(values, 2, [0])).toEqual([0, 1]);
    expect(largestOf(values, 2, [0, 9])).toEqual([0, 1]);
  });

  it('shows all where they fit', () => {
    expect(largestOf(values, 4, [])).toEqual([0, 1, 2, 3]);
  });
});

describe('largestChange', () => {
  it('is the largest, whatever its sign', () => {
    expect(largestChange([0.5, 0.3, 0.2], [0.25, 0.35, 0.4])).toBe(0.25);
    expect(largestChange([1, 2], [1, 2])).toBe(0);
  });
});
