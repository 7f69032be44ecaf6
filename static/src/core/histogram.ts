/** How often values fall into equal bins, as shares of all of them. */
import type { Range } from './types';

export interface Histogram {
  /** The first bin begins at the low end, the last one holds the high end. */
  range: Range;
  /** One share of the count a bin; they add up to 1 where every value lies in the range. */
  shares: Float64Array;
}

/** Shares of `values` in `bins` equal bins of a range; what lies outside is in none of them. */
export function histogramOf(values: ArrayLike<number>, range: Range, bins: number): Histogram {
  const shares = new Float64Array(bins);
  const [lo, hi] = range;
  const width = hi - lo || 1;
  for (let i = 0; i < values.length; i++) {
    const place = ((values[i] as number) - lo) / width;
    if (!(place >= 0 && place <= 1)) continue;
    const bin = Math.min(bins - 1, Math.floor(place * bins));
    shares[bin] = (shares[bin] as number) + 1 / values.length;
  }
  return { range, shares };
}

/** The largest share of several histograms: their common height. */
export function peakOf(histograms: readonly Histogram[]): number {
  return Math.max(0, ...histograms.flatMap(({ shares }) => [...shares]));
}

/** Smallest and largest of the finite values of several lists, zero among them if asked for. */
export function rangeOf(lists: readonly ArrayLike<number>[], hasZero = false): Range {
  let [lo, hi] = hasZero ? [0, 0] : [Infinity, -Infinity];
  for (const values of lists) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      if (value < lo) lo = value;
      if (value > hi) hi = value;
    }
  }
  return lo <= hi ? [lo, hi] : [0, 0];
}
