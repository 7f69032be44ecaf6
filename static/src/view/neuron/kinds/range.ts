/** Drawn ranges of numbers that no node has: weights, products, shares. */
import type { Palette } from '../../../core/colour';
import { rangeOf } from '../../../core/histogram';
import type { DrawnRange } from '../../../core/scale';

/** Zero in the middle, as far as the largest of the values reaches. */
export function signedRange(palette: Palette, values: ArrayLike<number>): DrawnRange {
  const data = rangeOf([values]);
  const most = Math.max(-data[0], data[1]);
  return { palette, lo: -most, hi: most, data, relative: false };
}

/** Fixed ends, whatever the values are. */
export function fixedRange(palette: Palette, lo: number, hi: number): DrawnRange {
  return { palette, lo, hi, data: [lo, hi], relative: false };
}
