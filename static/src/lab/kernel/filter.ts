/** Kernels laid on a whole picture. */
import type { Theme } from '../../core/colour';
import { correlate, type Maps, type WindowAxes } from '../../core/correlate';
import { greyPlane, meanOf, type Planes } from '../../core/planes';
import type { Range } from '../../core/types';
import { palettePixels, type Pixels } from '../pixels';

export interface Filtered {
  planes: Planes;
  /** True for one map with values above and below zero; false for a picture of bytes. */
  isSigned: boolean;
  /** Mean brightness where no zeros come in from outside, in bytes. */
  before: number;
  after: number;
}

/** A sum of the kernel's numbers this near to 0 has no brightness left. */
const NOTHING = 1e-6;

/** The window along both axes; the picture keeps its size where the kernel is odd. */
function axesOf(rows: number, columns: number): WindowAxes {
  const axis = (kernel: number) => {
    const before = Math.floor((kernel - 1) / 2);
    return { kernel, stride: 1, padding: [before, kernel - 1 - before] as const };
  };
  return [axis(rows), axis(columns)];
}

/**
 * One kernel alone: on every plane of the picture by itself, or on its brightness when its numbers
 * add up to 0. Three kernels: each on its plane, and the sum, as a network's first layer does.
 */
export function filtered(
  planes: Planes,
  kernels: readonly ArrayLike<number>[],
  rows: number,
): Filtered {
  const [first = [], ...others] = kernels;
  const axes = axesOf(rows, first.length / rows);
  const sum = Array.from(first).reduce((all, value) => all + value, 0);
  const inside = (made: Planes) => innerMean(made, Math.ceil(rows / 2));
  const before = inside(planes);
  const isWhole = others.length > 0;
  if (isWhole || Math.abs(sum) < NOTHING) {
    const input: Maps = isWhole ? planes : greyPlane(planes);
    const data = isWhole ? kernels.flatMap((kernel) => Array.from(kernel)) : first;
    const made = toPlanes(correlate(input, { data, out: 1 }, axes));
    return { planes: made, isSigned: true, before, after: inside(made) };
  }
  const made = eachPlane(planes, first, axes);
  return { planes: made, isSigned: false, before, after: inside(made) };
}

/** Mean over all planes without a rim. */
function innerMean({ data, height, width }: Planes, rim: number): number {
  const isInside = (at: number, size: number) => at >= rim && at < size - rim;
  return meanOf(
    data.filter(
      (_, i) => isInside(i % width, width) && isInside(Math.floor(i / width) % height, height),
    ),
  );
}

function eachPlane(planes: Planes, kernel: ArrayLike<number>, axes: WindowAxes): Planes {
  const size = planes.height * planes.width;
  const made = Array.from({ length: planes.channels }, (_, c) => {
    const data = planes.data.subarray(c * size, (c + 1) * size);
    return correlate({ ...planes, data, channels: 1 }, { data: kernel, out: 1 }, axes);
  });
  const data = Float64Array.from(made.flatMap((map) => Array.from(map.data)));
  const [{ height, width } = planes] = made;
  return { data, channels: planes.channels, height, width };
}

function toPlanes({ data, channels, height, width }: Maps): Planes {
  return { data: Float64Array.from(data), channels, height, width };
}

/** What the kernels make of the middle of a flat wall of brightness 1. */
export function flatAnswer(kernels: readonly ArrayLike<number>[], rows: number): number {
  const columns = (kernels[0]?.length ?? 0) / rows;
  const channels = kernels.length;
  const flat = { data: Array<number>(channels * rows * columns).fill(1), channels };
  const axis = (kernel: number) => ({ kernel, stride: 1, padding: [0, 0] as const });
  const data = kernels.flatMap((kernel) => Array.from(kernel));
  const axes = [axis(rows), axis(columns)] as const;
  const made = correlate({ ...flat, height: rows, width: columns }, { data, out: 1 }, axes);
  return made.data[0] ?? 0;
}

/** The pixels of a signed map. */
export function signedPixels(map: Planes, range: Range, theme: Theme): Pixels {
  return palettePixels(map.data, 'activation', range, theme);
}
