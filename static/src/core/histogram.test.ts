import { describe, expect, it } from 'vitest';
import { histogramOf, peakOf, rangeOf } from './histogram';

describe('histogramOf', () => {
  it('counts each value once, the high end in the last bin', () => {
    const { shares } = histogramOf([0, 0.24, 0.25, 0.5, 1], [0, 1], 4);
    expect([...shares].map((share) => share * 5)).toEqual([2, 1, 1, 1]);
  });

  it('leaves out what lies outside and what is no number', () => {
    const { shares } = histogramOf([-1, 2, NaN, 0.5], [0, 1], 2);
    expect([...shares]).toEqual([0, 0.25]);
  });

  it('puts equal values into the first bin of a range without width', () => {
    expect([...histogramOf([3, 3], [3, 3], 3).shares]).toEqual([1, 0, 0]);
  });

  it('of nothing is empty', () => {
    expect([...histogramOf([], [0, 1], 2).shares]).toEqual([0, 0]);
  });
});

describe('peakOf', () => {
  it('is the largest share of all', () => {
    const two = [histogramOf([0, 1], [0, 1], 2), histogramOf([0, 0, 0, 1], [0, 1], 2)];
    expect(peakOf(two)).toBe(0.75);
    expect(peakOf([])).toBe(0);
  });
});

describe('rangeOf', () => {
  it('spans all lists, with zero where it is asked for', () => {
    expect(rangeOf([[3, 1], [2]])).toEqual([1, 3]);
    expect(rangeOf([[3, 1]], true)).toEqual([0, 3]);
  });

  it('knows only finite values', () => {
    expect(rangeOf([[NaN, Infinity, 2]])).toEqual([2, 2]);
    expect(rangeOf([])).toEqual([0, 0]);
  });
});
