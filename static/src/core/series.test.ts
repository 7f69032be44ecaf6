import { describe, expect, it } from 'vitest';
import { indexAt, nearestIndex } from './series';

describe('places on a curve', () => {
  it.each([
    [0.5, -1],
    [1, 0],
    [2.9, 0],
    [3, 1],
    [100, 2],
  ])('at %f the last point is %i', (value, index) => {
    expect(indexAt([1, 3, 7], value)).toBe(index);
  });

  it.each([
    [-5, 0],
    [1.9, 0],
    [2, 0],
    [2.1, 1],
    [5.1, 2],
    [100, 2],
  ])('the nearest point to %f is %i', (value, index) => {
    expect(nearestIndex([1, 3, 7], value)).toBe(index);
  });

  it('there is none without points', () => {
    expect(nearestIndex([], 3)).toBe(-1);
  });
});
