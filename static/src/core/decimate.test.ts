import { describe, expect, it } from 'vitest';
import { makeRandom } from '../../tests/random';
import { decimate, Extremes, type Curve } from './decimate';

const random = makeRandom(3);
const walk = (count: number) => {
  let value = 0;
  return Float64Array.from({ length: count }, () => (value += random() - 0.5));
};
const curveOf = (y: Float64Array, x = Float64Array.from(y, (_, i) => i + 1)): Curve => ({
  x,
  y,
  extremes: new Extremes().follow(y),
});
const finite = (values: Iterable<number>) => [...values].filter(Number.isFinite);

describe('extremes', () => {
  it('are those of any part of the curve', () => {
    const y = walk(5000);
    for (const i of [17, 900, 4321]) y[i] = NaN;
    const extremes = new Extremes().follow(y);
    for (let trial = 0; trial < 300; trial++) {
      const [a, b] = [Math.floor(random() * 5001), Math.floor(random() * 5001)];
      const part = y.subarray(Math.min(a, b), Math.max(a, b));
      const { lo, hi, above, broken } = extremes.of(Math.min(a, b), Math.max(a, b));
      expect(above).toBe(Math.min(...finite(part).filter((value) => value > 0)));
      expect([lo, hi]).toEqual([Math.min(...finite(part)), Math.max(...finite(part))]);
      expect(broken).toBe(part.length - finite(part).length);
    }
  });

  it('follow a curve that grows, and start anew for another', () => {
    const y = walk(3000);
    const extremes = new Extremes();
    for (let end = 0; end <= 3000; end += 50) extremes.follow(y.subarray(0, end));
    expect(extremes.of(0, 3000)).toEqual(new Extremes().follow(y).of(0, 3000));
    const other = walk(3000);
    expect(extremes.follow(other).of(0, 3000)).toEqual(new Extremes().follow(other).of(0, 3000));
  });
});

describe('decimate', () => {
  it('keeps a short curve as it is', () => {
    const path = decimate(curveOf(Float64Array.of(3, 1, 2)), [0, 3], 100);
    expect([...path.x]).toEqual([1, 2, 3]);
    expect([...path.y]).toEqual([3, 1, 2]);
  });

  it('has at most five places for each column of pixels', () => {
    const path = decimate(curveOf(walk(100_000)), [0, 100_000], 300);
    expect(path.x.length).toBeLessThanOrEqual(5 * 302);
  });

  it('loses no peak of any column, wherever it is zoomed to', () => {
    const y = walk(20_000);
    for (const [lo, hi] of [
      [0, 20_000],
      [333, 7777],
      [19_000, 19_100],
    ] as const) {
      const columns = 150;
      const path = decimate(curveOf(y), [lo, hi], columns);
      const width = (hi - lo) / columns;
      for (let column = 0; column < columns; column++) {
        const isIn = (x: number) => x > lo + column * width && x <= lo + (column + 1) * width;
        const there = [...y].filter((_, i) => isIn(i + 1));
        const drawn = [...path.y].filter((_, i) => isIn(path.x[i] as number));
        if (there.length === 0) continue;
        expect(Math.min(...drawn)).toBe(Math.min(...there));
        expect(Math.max(...drawn)).toBe(Math.max(...there));
      }
    }
  });

  it('keeps a single spike among a million points', () => {
    const y = new Float64Array(1_000_000).fill(1);
    y[654_321] = 99;
    expect(Math.max(...decimate(curveOf(y), [0, 1_000_000], 800).y)).toBe(99);
  });

  it('joins neighbours over the edge of a column', () => {
    const y = walk(10_000);
    const path = decimate(curveOf(y), [0, 10_000], 10);
    for (let edge = 1000; edge < 10_000; edge += 1000) {
      const i = path.x.indexOf(edge);
      expect([path.y[i], path.y[i + 1]]).toEqual([y[edge - 1], y[edge]]);
    }
  });

  it('takes one point on each side, so that the line reaches the edges', () => {
    const path = decimate(curveOf(Float64Array.of(1, 2, 3, 4, 5, 6)), [2.5, 4.5], 100);
    expect([...path.x]).toEqual([2, 3, 4, 5]);
  });

  it.each([1, 400])('lifts the pen where there is no number, in %i points a column', (dense) => {
    const count = 10 * dense;
    const y = new Float64Array(count).fill(1);
    const broken = Math.floor(count / 2);
    y[broken] = NaN;
    const path = decimate(curveOf(y), [0, count], 10);
    expect(path.breaks.length).toBe(1);
    expect(Math.abs((path.breaks[0] as number) - broken)).toBeLessThanOrEqual(dense);
    expect([...path.y].filter(Number.isNaN).length).toBe(1);
  });

  it('is done with nothing at all', () => {
    expect(decimate(curveOf(new Float64Array(0)), [0, 1], 100).x.length).toBe(0);
  });

  it('takes a million points in less than 8 ms', () => {
    const curve = curveOf(walk(1_000_000));
    decimate(curve, [0, 1_000_000], 1000);
    const runs = Array.from({ length: 5 }, () => {
      const start = performance.now();
      decimate(curve, [0, 1_000_000], 1000);
      return performance.now() - start;
    });
    expect(Math.min(...runs)).toBeLessThan(8);
  });
});
