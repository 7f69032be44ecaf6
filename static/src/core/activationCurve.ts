/** An activation as a curve over the values that a layer feeds it. */
import { FLAT_SLOPE, type Activation } from './activations';
import type { Range } from './types';

export interface ActivationCurve {
  x: Float64Array;
  value: Float64Array;
  slope: Float64Array;
  /** Stretches of x where the function is flat. */
  flat: readonly Range[];
}

/** `count` points of a function, evenly spaced over a range. */
export function curveOf(
  { value, slope }: Activation,
  range: Range,
  count: number,
): ActivationCurve {
  const [lo, hi] = range;
  const x = Float64Array.from({ length: count }, (_, i) => lo + ((hi - lo) * i) / (count - 1));
  const slopes = x.map(slope);
  return { x, value: x.map(value), slope: slopes, flat: flatStretches(x, slopes) };
}

function flatStretches(x: Float64Array, slopes: Float64Array): Range[] {
  const found: [number, number][] = [];
  let isOpen = false;
  slopes.forEach((slope, i) => {
    const at = x[i] as number;
    const isFlat = Math.abs(slope) < FLAT_SLOPE;
    if (isFlat && !isOpen) found.push([at, at]);
    const last = found.at(-1);
    if (isFlat && last) last[1] = at;
    isOpen = isFlat;
  });
  return found.filter(([from, to]) => to > from);
}
