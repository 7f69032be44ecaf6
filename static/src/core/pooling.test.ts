import { describe, expect, it } from 'vitest';
import {
  innerDifference,
  mapMeans,
  moved,
  pooled,
  pooledMaps,
  poolSlopes,
  relativeChange,
} from './pooling';

const grid = { data: [1, 3, 2, 2, 2, 4, 0, 2, 5, 5, 1, 1, 5, 5, 1, 9], height: 4, width: 4 };

describe('pooling', () => {
  it('keeps the largest of each window and says which it was, the first of equal ones', () => {
    const { data, winners } = pooled(grid, 2, 'max');
    expect([...data]).toEqual([4, 2, 5, 9]);
    expect(winners).toEqual([
      { y: 1, x: 1 },
      { y: 0, x: 2 },
      { y: 2, x: 0 },
      { y: 3, x: 3 },
    ]);
  });

  it('takes the mean of each window', () => {
    expect([...pooled(grid, 2, 'average').data]).toEqual([2.5, 1.5, 5, 3]);
  });

  it('leaves out what fills no window', () => {
    const { height, width, data } = pooled(grid, 3, 'max');
    expect([height, width, ...data]).toEqual([1, 1, 5]);
  });

  it('lets the gradient through to winners alone, or to all alike', () => {
    const max = [...poolSlopes(grid, 2, 'max')];
    expect(max.filter((slope) => slope === 1)).toHaveLength(4);
    expect(max.filter((slope) => slope === 0)).toHaveLength(12);
    expect(new Set(poolSlopes(grid, 2, 'average'))).toEqual(new Set([0.25]));
    expect(poolSlopes(grid, 3, 'average')[15]).toBe(0);
  });

  it('treats every map by itself', () => {
    const maps = {
      data: [...grid.data, ...grid.data.map((value) => -value)],
      channels: 2,
      height: 4,
      width: 4,
    };
    const { data, channels, height } = pooledMaps(maps, 2, 'max');
    expect([channels, height, ...Array.from(data)]).toEqual([2, 2, 4, 2, 5, 9, -1, -0, -5, -1]);
    expect([...mapMeans(maps)]).toEqual([3, -3]);
  });
});

describe('a moved map', () => {
  const maps = { data: [1, 2, 3, 4, 5, 6, 7, 8, 9], channels: 1, height: 3, width: 3 };

  it('brings zeros in from outside', () => {
    expect(Array.from(moved(maps, 1, -1).data)).toEqual([0, 0, 0, 2, 3, 0, 5, 6, 0]);
    expect(Array.from(moved(maps, 0, 0).data)).toEqual(maps.data);
  });

  it('differs by its distance over its length', () => {
    expect(relativeChange([3, 4], [3, 4])).toBe(0);
    expect(relativeChange([3, 4], [0, 0])).toBe(1);
    expect(relativeChange([0], [0])).toBe(0);
    expect(relativeChange([0], [1])).toBe(Infinity);
  });

  it('is compared away from the borders', () => {
    const other = { ...maps, data: [9, 2, 3, 4, 5.5, 6, 7, 8, 9] };
    expect(innerDifference(maps, other, 0)).toBe(8);
    expect(innerDifference(maps, other, 1)).toBe(0.5);
  });
});
