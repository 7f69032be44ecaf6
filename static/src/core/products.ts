/**
 * A convolution taken apart: one map per input channel, each the channel slid over by its kernel;
 * together with the bias they add up to the output map. Torch's golden cases are the referee.
 */
import { filterOf, type Filter, type Kernel } from './kernels';
import { isMaps, type NodeInfo, type Range, type WindowGeometry } from './types';
import type { Tensor } from './wire';

export interface Plane {
  values: ArrayLike<number>;
  height: number;
  width: number;
}

export interface Size {
  height: number;
  width: number;
}

export interface Products extends Size {
  /** Input channels, in the order of the kernels. */
  inputs: readonly number[];
  /** One map (height * width) per input channel. */
  maps: readonly Float32Array[];
  /** Mean absolute value of each map: how much a channel has to say. */
  means: readonly number[];
  filter: Filter;
}

/** One axis of a window: where the first cell under the kernel lies, and the steps. */
interface Axis {
  kernel: number;
  stride: number;
  before: number;
  dilation: number;
}

function axisOf({ kernel, stride, padding, dilation }: WindowGeometry, axis: 0 | 1): Axis {
  const k = kernel.length - 2 + axis;
  return {
    kernel: kernel[k] ?? 1,
    stride: stride[k] ?? 1,
    before: padding[k]?.[0] ?? 0,
    dilation: dilation[k] ?? 1,
  };
}

/**
 * The cells of the input, along one axis, that the kernel's weights meet for an output cell; some may
 * lie in the padding, outside [0, size). Of a transposed convolution null where a weight meets none.
 */
export function tapsOf(geometry: WindowGeometry, axis: 0 | 1, at: number): (number | null)[] {
  const { kernel, stride, before, dilation } = axisOf(geometry, axis);
  return Array.from({ length: kernel }, (_, k) => {
    if (!geometry.transposed) return at * stride - before + k * dilation;
    const tap = (at + before - k * dilation) / stride;
    return Number.isInteger(tap) ? tap : null;
  });
}

/** The output cell whose window lies around a cell of the input, kept inside the output. */
export function windowAround(
  geometry: WindowGeometry,
  cell: { y: number; x: number },
  out: Size,
): { y: number; x: number } {
  const along = (axis: 0 | 1, at: number, size: number) => {
    const { kernel, stride, before, dilation } = axisOf(geometry, axis);
    const middle = (dilation * (kernel - 1)) / 2;
    const place = geometry.transposed
      ? at * stride - before + middle
      : (at + before - middle) / stride;
    return Math.max(0, Math.min(size - 1, Math.round(place)));
  };
  return { y: along(0, cell.y, out.height), x: along(1, cell.x, out.width) };
}

/** Pairs of output and input positions that one weight joins, as a first pair and even steps. */
interface Run {
  out: number;
  outStep: number;
  from: number;
  fromStep: number;
  count: number;
}

function runOf(axis: Axis, k: number, size: number, out: number, isTransposed: boolean): Run {
  const shift = k * axis.dilation - axis.before;
  // Forwards, from = out * stride + shift; transposed, out = from * stride + shift.
  const [walked, met] = isTransposed ? [size, out] : [out, size];
  const first = Math.max(0, Math.ceil(-shift / axis.stride));
  const last = Math.min(walked - 1, Math.floor((met - 1 - shift) / axis.stride));
  const start = first * axis.stride + shift;
  const count = Math.max(0, last - first + 1);
  return isTransposed
    ? { out: start, outStep: axis.stride, from: first, fromStep: 1, count }
    : { out: first, outStep: 1, from: start, fromStep: axis.stride, count };
}

/**
 * A channel slid over by its kernel, as torch does it: cross-correlation, zeros in the padding.
 * @returns height * width values of the output's size, summed in double precision
 */
export function productMap(
  plane: Plane,
  kernel: Pick<Kernel, 'values' | 'columns'>,
  geometry: WindowGeometry,
  out: Size,
): Float32Array {
  const sums = new Float64Array(out.height * out.width);
  const [down, along] = [axisOf(geometry, 0), axisOf(geometry, 1)];
  const isTransposed = geometry.transposed ?? false;
  for (let i = 0; i < kernel.values.length; i++) {
    const [ky, kx] = [Math.floor(i / kernel.columns), i % kernel.columns];
    const rows = runOf(down, ky, plane.height, out.height, isTransposed);
    const columns = runOf(along, kx, plane.width, out.width, isTransposed);
    addShifted(sums, plane, kernel.values[i] as number, { rows, columns, width: out.width });
  }
  return Float32Array.from(sums);
}

function addShifted(
  sums: Float64Array,
  { values, width: stride }: Plane,
  weight: number,
  { rows, columns, width }: { rows: Run; columns: Run; width: number },
): void {
  for (let row = 0; row < rows.count; row++) {
    let to = (rows.out + row * rows.outStep) * width + columns.out;
    let from = (rows.from + row * rows.fromStep) * stride + columns.from;
    for (let left = columns.count; left > 0; left--) {
      sums[to] = (sums[to] as number) + weight * (values[from] as number);
      to += columns.outStep;
      from += columns.fromStep;
    }
  }
}

/** The product maps of one output channel; null while values or weights are not here. */
export function productsOf(
  node: NodeInfo,
  input: NodeInfo,
  channel: number,
  known: { values: Float32Array | undefined; weights: ReadonlyMap<string, Tensor> },
): Products | null {
  const { geometry } = node;
  const filter = filterOf(node, known.weights, channel);
  if (!filter || !known.values || geometry.kind !== 'window') return null;
  if (!isMaps(node.shape) || !isMaps(input.shape)) return null;
  const [, height, width] = node.shape as [number, number, number];
  const [, rows, columns] = input.shape as [number, number, number];
  const values = known.values;
  const maps = filter.kernels.map((kernel) => {
    const start = kernel.input * rows * columns;
    const plane = values.subarray(start, start + rows * columns);
    return productMap({ values: plane, height: rows, width: columns }, kernel, geometry, {
      height,
      width,
    });
  });
  return {
    ...{ inputs: filter.kernels.map(({ input: from }) => from), maps, filter, height, width },
    means: maps.map(meanSize),
  };
}

function meanSize(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return values.length > 0 ? sum / values.length : 0;
}

/** Places of the sizes, largest first; the first of equals stays first. */
export function strongestFirst(sizes: readonly number[]): number[] {
  return sizes
    .map((_, place) => place)
    .sort((a, b) => Math.abs(sizes[b] as number) - Math.abs(sizes[a] as number) || a - b);
}

/** Share of the absolute sizes that some of them make; 1 where all are 0. */
export function shareOf(sizes: readonly number[], places: readonly number[]): number {
  const all = sizes.reduce((sum, size) => sum + Math.abs(size), 0);
  const some = places.reduce((sum, place) => sum + Math.abs(sizes[place] ?? 0), 0);
  return all > 0 ? some / all : 1;
}

/**
 * Ends of the colours for some maps together: even around zero, wide enough for every value unless
 * a few maps are so strong that the others would fade; then at least half of the maps still use half
 * of the colours, and what lies beyond takes the colour of the end.
 */
export function contrastRange(maps: readonly Float32Array[]): Range {
  const largest = maps.map(largestSize).sort((a, b) => a - b);
  const median = largest[Math.floor((largest.length - 1) / 2)] ?? 0;
  const end = Math.min(largest.at(-1) ?? 0, median > 0 ? 2 * median : Infinity);
  return [-end, end];
}

/** Largest absolute value. */
export function largestSize(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
