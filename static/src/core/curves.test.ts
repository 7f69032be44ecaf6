import { describe, expect, it } from 'vitest';
import { CurveMemory, readingAt } from './curves';
import type { Series } from './series';

const series = (more: Partial<Series> = {}): Series => ({
  id: '1',
  name: 'one',
  colour: 'red',
  dash: 0,
  x: Float64Array.of(1, 2, 4),
  y: Float64Array.of(8, 4, 2),
  dots: [
    { x: 2, y: 5 },
    { x: 4, y: 3 },
  ],
  epoch: Float64Array.of(0.5, 1, 2),
  ...more,
});

describe('the curves of a run', () => {
  it('are smoothed only where that is asked', () => {
    const memory = new CurveMemory();
    expect(memory.of(series(), 0).smooth).toBeNull();
    // (0.5 * 8 + 1 * 4) / 1.5: the weights of two values with w = 0.5, divided by 1 - w^2.
    expect(memory.of(series(), 0.5).smooth?.y[1]).toBeCloseTo((0.25 * 8 + 0.5 * 4) / 0.75, 12);
  });

  it('follow another smoothing and another run at once', () => {
    const memory = new CurveMemory();
    memory.of(series(), 0.5);
    expect(memory.of(series(), 0.9).smooth?.y[0]).toBeCloseTo(8, 12);
    const other = series({ id: '2', y: Float64Array.of(1, 1, 1) });
    expect([...(memory.of(other, 0.9).smooth?.y ?? [])].map((y) => y.toFixed(9))).toEqual(
      Array(3).fill('1.000000000'),
    );
    memory.keep(['2']);
    expect(memory.of(series(), 0.9).raw.extremes.of(0, 3)).toEqual({
      lo: 2,
      hi: 8,
      above: 2,
      broken: 0,
    });
  });

  it('are read at the nearest point, with the last evaluation until then', () => {
    const run = series();
    const curves = new CurveMemory().of(run, 0);
    expect(readingAt(run, curves, 2.4)).toEqual({
      step: 2,
      epoch: 1,
      raw: 4,
      smooth: null,
      dot: { x: 2, y: 5 },
    });
    expect(readingAt(run, curves, 1)?.dot).toBeNull();
    expect(readingAt(run, curves, null)?.step).toBe(4);
  });

  it('without points have nothing to read', () => {
    const empty = series({ x: new Float64Array(0), y: new Float64Array(0) });
    expect(readingAt(empty, new CurveMemory().of(empty, 0), null)).toBeNull();
  });
});
