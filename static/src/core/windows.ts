/** The arithmetic of sliding windows: convolutions, and pooling by maximum or by average. */
import { sources } from './geometry';
import {
  gridOf,
  part,
  summed,
  valueIn,
  weightOf,
  whole,
  type CellAt,
  type Grid,
  type Made,
  type Source,
  type Term,
} from './parts';
import type { AdaptiveGeometry, NodeInfo, WindowGeometry } from './types';

/** One place of a window: in the kernel, and on the input or in the ring around it. */
export interface Spot {
  at: readonly [number, number];
  y: number;
  x: number;
  padded: boolean;
}

export interface Sizes {
  height: number;
  width: number;
}

type Pooling = WindowGeometry | AdaptiveGeometry;

/** Products of a window and its kernel, summed by input channel, and the bias. */
export function convolution(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  const weight = weightOf(source, node, 'weight');
  const bias = weightOf(source, node, 'bias');
  if (!weight) return null;
  const geometry = node.geometry as WindowGeometry;
  const grid = gridOf(source, node.inputs[0] as string);
  const places = spots(geometry, cell, grid);
  const width = weight.shape.at(-1) as number;
  const parts = kernels(weight.shape, geometry, cell.c).map(([c, start]) => {
    const terms = places.map((spot) => {
      const [ky, kx] = spot.at;
      return term(grid, c, spot, weight.data[start + ky * width + kx] as number);
    });
    return whole('channel', terms, c);
  });
  if (bias) parts.push(part('bias', bias.data[cell.c] as number));
  return summed('conv', parts);
}

/**
 * [input channel, first number of its kernel] for output channel `c`. Weights are (O, I / groups,
 * kH, kW); a transposed convolution's are (I, O / groups, kH, kW).
 */
function kernels(
  shape: readonly number[],
  { groups = 1, out = 1, transposed }: WindowGeometry,
  c: number,
): [number, number][] {
  const [first = 1, second = 1, ...kernel] = shape;
  const size = kernel.reduce((product, each) => product * each, 1);
  const group = Math.floor(c / (out / groups));
  const count = transposed ? first / groups : second;
  return Array.from({ length: count }, (_, i) => {
    const input = group * count + i;
    const index = transposed ? input * second + (c % second) : c * second + i;
    return [input, index * size];
  });
}

function term(grid: Grid, c: number, spot: Spot, weight: number | null): Term {
  const { y, x, padded, at } = spot;
  const value = padded ? 0 : valueIn(grid, { c, y, x });
  const product = weight === null ? value : value * weight;
  return { node: grid.node, c, y, x, value, weight, product, padded, at };
}

/** The window's maximum and its winner, or its average; the ring of a pad node. */
export function pooling(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  const geometry = node.geometry as Pooling;
  const grid = gridOf(source, node.inputs[0] as string);
  const places = spots(geometry, cell, grid);
  if (geometry.mode === 'pad') return ring(grid, cell, places, geometry.value ?? 0);
  const inside = places.filter(({ padded }) => !padded);
  if (geometry.mode === 'max') return maximum(grid, cell, inside);
  const countsRing = geometry.kind === 'window' && geometry.count_include_pad;
  const counted = countsRing ? places : inside;
  const divisor = (geometry.kind === 'window' && geometry.divisor) || counted.length || 1;
  const terms = counted.map((spot) => term(grid, cell.c, spot, 1 / divisor));
  return summed('average', [whole('window', terms)]);
}

/** The first of the largest wins, and what is not a number beats all, as in torch. */
function maximum(grid: Grid, { c }: CellAt, places: readonly Spot[]): Made {
  const terms = places.map((spot) => term(grid, c, spot, null));
  let best: Term | null = null;
  for (const each of terms) {
    if (!best || each.value > best.value || Number.isNaN(each.value)) best = each;
  }
  // A dilated window may lie in the ring alone.
  const value = best ? best.value : -Infinity;
  const winner = best ? { c, y: best.y, x: best.x } : null;
  const parts = [{ name: 'window', value, terms, c: null, count: terms.length }];
  return { kind: 'max', parts, result: value, size: Math.abs(value), winner };
}

/** The cell that lies there, or the constant around the input. */
function ring(grid: Grid, { c }: CellAt, places: readonly Spot[], constant: number): Made {
  const read = { ...term(grid, c, places[0] as Spot, null), at: null };
  const value = read.padded ? constant : read.value;
  return summed('pad', [whole('input', [{ ...read, value, product: value }])]);
}

/**
 * The places of the window of a cell, row by row, the padding ring included. A transposed
 * convolution's are only those of the input: the others meet no cell at all.
 */
export function spots(geometry: Pooling, cell: CellAt, { height, width }: Sizes): Spot[] {
  const columns = along(geometry, 2, cell.x, width);
  return along(geometry, 1, cell.y, height).flatMap(([ky, y]) =>
    columns.map(([kx, x]): Spot => {
      const padded = y < 0 || y >= height || x < 0 || x >= width;
      return { at: [ky, kx], y, x, padded };
    }),
  );
}

/** [place in the kernel, input coordinate] on one axis. */
type Tap = [number, number];

function along(geometry: Pooling, axis: 1 | 2, at: number, size: number): Tap[] {
  return geometry.kind === 'adaptive'
    ? bins(geometry, axis, at, size)
    : taps(geometry, axis, at, size);
}

/** None lies after the ring, as it would in ceil mode. */
function taps(geometry: WindowGeometry, axis: 1 | 2, at: number, size: number): Tap[] {
  const i = axis - 3 + geometry.kernel.length;
  if (i < 0) return [[0, at]];
  const [kernel, stride] = [geometry.kernel[i] as number, geometry.stride[i] as number];
  const dilation = geometry.dilation[i] ?? 1;
  const [before, after] = geometry.padding[i] ?? [0, 0];
  const all = Array.from({ length: kernel }, (_, k): Tap =>
    geometry.transposed
      ? [k, (at + before - k * dilation) / stride]
      : [k, at * stride - before + k * dilation],
  );
  if (geometry.transposed) return all.filter(([, y]) => Number.isInteger(y) && y >= 0 && y < size);
  return all.filter(([, y]) => y < size + Math.max(after, 0));
}

function bins(geometry: AdaptiveGeometry, axis: 1 | 2, at: number, size: number): Tap[] {
  const isRow = axis === 1;
  const shape = isRow ? [1, size, 1] : [1, 1, size];
  const [box] = sources(geometry, isRow ? [0, at, 0] : [0, 0, at], [shape]);
  const [start, stop] = box ? (isRow ? box.y : box.x) : [0, 0];
  return Array.from({ length: stop - start }, (_, k): Tap => [k, start + k]);
}
