/**
 * Which input cells make an output cell: the one statement that hover, windows, formulas and
 * receptive fields follow. Twin of server/core/geometry.py; both answer tests/golden/geometry.json.
 */

import type { Geometry, WindowGeometry } from './types';

type Shape = readonly number[];
/** (c, y, x) of maps, or (i,) of a vector. */
export type Cell = readonly number[];

/** First cell, last cell + 1, step. */
export type Steps = readonly [number, number, number];

/** Cells of one input, clipped to it; a vector's cells lie on `c`. */
export interface SourceBox {
  /** Which of the node's inputs. */
  input: number;
  c: readonly [number, number];
  y: Steps;
  x: Steps;
}

/** What a receptive field needs to know of a node. */
export interface FieldNode {
  id: string;
  geometry: Geometry;
  inputs: readonly string[];
  shape: Shape;
}

/** [y0, y1, x0, x1], half-open. */
export type Rect = readonly [number, number, number, number];

export interface ReceptiveField {
  /** On this picture. */
  clipped: Rect;
  /** As if the picture had no borders; may begin below 0. */
  unclipped: Rect;
}

export interface WindowAxis {
  kernel: number;
  stride: number;
  /** Cells added before and after. */
  padding: readonly [number, number];
  dilation?: number;
  ceil?: boolean;
  transposed?: boolean;
}

/** start, start + step, ... below stop. */
export interface Span {
  start: number;
  stop: number;
  step: number;
}

type Axis = 0 | 1 | 2;
const AXES: readonly Axis[] = [0, 1, 2];
const NOTHING: Span = { start: 0, stop: 0, step: 1 };
/** A shape's axes among c, y, x, by its rank. */
const PLACES: readonly (readonly Axis[])[] = [[], [0], [0, 2], [0, 1, 2]];

/**
 * Cells along one axis after a window, as torch counts them; 0 where the window does not fit. Ceil
 * keeps a last, partly filled window unless it would begin in the padding after the input.
 */
export function outputSize(size: number, axis: WindowAxis): number {
  const { kernel, stride, padding, dilation = 1, ceil = false, transposed = false } = axis;
  const [before, after] = padding;
  const reach = dilation * (kernel - 1);
  if (transposed) return Math.max(0, (size - 1) * stride + reach + 1 - before - after);
  const room = size + before + after - reach - 1;
  const count = Math.floor((room + (ceil ? stride - 1 : 0)) / stride) + 1;
  const startsOutside = ceil && (count - 1) * stride >= size + before;
  return Math.max(0, count - (startsOutside ? 1 : 0));
}

/**
 * The cells that an output cell is made of: at most one box per input, in their order. Max pooling
 * answers with every candidate; kind `other` is unknown, so it answers with everything. Throws an
 * Error for maps with more than two spatial axes.
 */
export function sources(geometry: Geometry, cell: Cell, shapes: readonly Shape[]): SourceBox[] {
  const ats = coordinates(geometry, cell);
  return aligned(geometry, shapes).flatMap((shape, input) => {
    const sizes = asMap(shape);
    const found = AXES.map((axis) =>
      steps(clip(along(geometry, input, axis, ats[axis], shape), sizes[axis])),
    );
    const [c, y, x] = found;
    return c && y && x ? [{ input, c: [c[0], c[1]], y, x }] : [];
  });
}

/**
 * The input cells that a cell of node `id` can depend on, as bounding boxes; zeros where there is
 * none. `nodes` in execution order with one of kind `input`. The theoretical field: what a gradient
 * with nonzero weights reaches (Araujo, Norris and Sim 2019, for chains).
 */
export function receptiveField(
  nodes: readonly FieldNode[],
  id: string,
  cell: Cell,
): ReceptiveField {
  return {
    clipped: clippedField(nodes, id, cell),
    unclipped: bounds(spread(nodes, id, cell, false)),
  };
}

/** The part of the field that lies inside of the input. */
export function clippedField(nodes: readonly FieldNode[], id: string, cell: Cell): Rect {
  return bounds(spread(nodes, id, cell, true));
}

/** (C, H, W) of a shape without batch axis: (N,) is (N, 1, 1) and (C, L) is (C, 1, L). */
export function asMap(shape: Shape): [number, number, number] {
  const sizes: [number, number, number] = [1, 1, 1];
  places(shape).forEach((place, i) => (sizes[place] = shape[i] as number));
  return sizes;
}

function places(shape: Shape): readonly Axis[] {
  const found = PLACES[shape.length];
  if (!found) {
    throw new Error(
      `The shape ${shape.join(' × ')} has more than two spatial axes; sources are stated for one or two.`,
    );
  }
  return found;
}

/** Input cells on `axis` for an output coordinate on that axis, not clipped. */
function along(geometry: Geometry, input: number, axis: Axis, at: number, shape: Shape): Span {
  switch (geometry.kind) {
    case 'window':
      return axis === 0
        ? windowChannels(geometry, at, asMap(shape)[0])
        : window(geometry, axis, at);
    case 'adaptive':
      return axis === 0 ? same(at) : bin(geometry.output, axis, at, shape);
    case 'cell':
      return asMap(shape)[axis] === 1 ? same(0) : same(at);
    case 'flatten':
      return same(unfold(geometry.from, at)[axis]);
    case 'dense':
      return axis === places(shape).at(-1) ? whole(axis, shape) : same(at);
    case 'concat':
      return axis === places(shape)[geometry.axis] ? part(geometry.sizes, input, at) : same(at);
    case 'softmax':
      return axis === places(shape)[geometry.axis ?? 0] ? whole(axis, shape) : same(at);
    case 'input':
      return NOTHING;
    case 'other':
      return whole(axis, shape);
  }
}

/** Input channels of a window: its own where nothing is mixed, else its group's. */
function windowChannels(
  { mixes, groups = 1, out }: WindowGeometry,
  at: number,
  count: number,
): Span {
  if (!mixes) return same(at);
  const each = Math.floor(count / groups);
  const group = Math.floor(at / ((out ?? count) / groups));
  return { start: group * each, stop: (group + 1) * each, step: 1 };
}

function window(geometry: WindowGeometry, axis: Axis, at: number): Span {
  const k = axis - 3 + geometry.kernel.length;
  if (k < 0) return same(at);
  const window = windowAxis(geometry, k);
  const { kernel, stride, padding, dilation } = window;
  if (geometry.transposed) return transposedWindow(at + padding[0], kernel, stride, dilation);
  return windowSpan(window, at);
}

/** One spatial axis of a window: 0 = y of maps. */
export function windowAxis(geometry: WindowGeometry, k: number): Required<WindowAxis> {
  return {
    kernel: geometry.kernel[k] as number,
    stride: geometry.stride[k] as number,
    padding: geometry.padding[k] ?? [0, 0],
    dilation: geometry.dilation[k] ?? 1,
    ceil: geometry.ceil ?? false,
    transposed: geometry.transposed ?? false,
  };
}

/** Where the window of output `at` lies along one axis; it may reach into the padding. */
export function windowSpan(
  { kernel, stride, padding, dilation = 1 }: WindowAxis,
  at: number,
): Span {
  const start = at * stride - padding[0];
  return { start, stop: start + dilation * (kernel - 1) + 1, step: dilation };
}

/** Every y with y * stride + k * dilation = total for a k of the kernel. */
function transposedWindow(total: number, kernel: number, stride: number, dilation: number): Span {
  const hits: number[] = [];
  for (let k = kernel - 1; k >= 0; k--) {
    const y = (total - dilation * k) / stride;
    if (Number.isInteger(y)) hits.push(y);
  }
  const [first, second] = hits;
  if (first === undefined) return NOTHING;
  return {
    start: first,
    stop: (hits.at(-1) as number) + 1,
    step: second === undefined ? 1 : second - first,
  };
}

/** Adaptive pooling shares out the input: floor(i * in / out) to ceil((i + 1) * in / out). */
function bin(output: readonly number[], axis: Axis, at: number, shape: Shape): Span {
  const bins = output[axis - 3 + output.length];
  if (bins === undefined) return same(at);
  const size = asMap(shape)[axis];
  const stop = Math.ceil(((at + 1) * size) / bins);
  return { start: Math.floor((at * size) / bins), stop, step: 1 };
}

/** Channel-major order: c, y, x of the i-th number. */
function unfold(from: Shape, i: number): [number, number, number] {
  const [, height, width] = asMap(from);
  return [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
}

function part(sizes: readonly number[], input: number, at: number): Span {
  const here = at - sizes.slice(0, input).reduce((sum, size) => sum + size, 0);
  return here >= 0 && here < (sizes[input] ?? 0) ? same(here) : NOTHING;
}

function same(at: number): Span {
  return { start: at, stop: at + 1, step: 1 };
}

function whole(axis: Axis, shape: Shape): Span {
  return { start: 0, stop: asMap(shape)[axis], step: 1 };
}

/** c, y, x of a cell; the vector's index three times where it is unfolded into maps. */
function coordinates(geometry: Geometry, cell: Cell): [number, number, number] {
  const [first = 0, second = 0, third = 0] = cell;
  return geometry.kind === 'flatten' ? [first, first, first] : [first, second, third];
}

/** Shapes of one rank where inputs are broadcast (ones in front, as torch does). */
function aligned(geometry: Geometry, shapes: readonly Shape[]): readonly Shape[] {
  if (geometry.kind !== 'cell') return shapes;
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return shapes.map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
}

/** The cells that lie in [0, size). */
function clip({ start, stop, step }: Span, size: number): Span {
  const skipped = start < 0 ? Math.ceil(-start / step) : 0;
  return { start: start + skipped * step, stop: Math.min(stop, size), step };
}

function steps({ start, stop, step }: Span): Steps | null {
  if (start >= stop) return null;
  const last = start + Math.floor((stop - 1 - start) / step) * step;
  return [start, last + 1, last === start ? 1 : step];
}

/** Cells on c, y and x. */
type Reach = readonly [Set<number>, Set<number>, Set<number>];

function nowhere(): Reach {
  return [new Set(), new Set(), new Set()];
}

/** Input cells on each axis, walked from node `id` back to the input. */
function spread(nodes: readonly FieldNode[], id: string, cell: Cell, isClipped: boolean): Reach {
  const [c, y, x] = coordinates({ kind: 'input' }, cell);
  const shapes = new Map(nodes.map((node) => [node.id, node.shape]));
  const reached = new Map<string, Reach>([[id, [new Set([c]), new Set([y]), new Set([x])]]]);
  for (const { id: name, geometry, inputs } of [...nodes].reverse()) {
    const here = reached.get(name);
    if (geometry.kind === 'input') return here ?? nowhere();
    if (!here || here.some((cells) => cells.size === 0)) continue;
    const inputShapes = inputs.map((input) => shapes.get(input) ?? []);
    aligned(geometry, inputShapes).forEach((shape, index) => {
      const parent = inputs[index] as string;
      const known = reached.get(parent) ?? nowhere();
      join(known, stepBack(geometry, index, here, shape, isClipped));
      reached.set(parent, known);
    });
  }
  return nowhere();
}

/** Cells of one input for a set of output cells: each axis by itself, equal spans once. */
function stepBack(
  geometry: Geometry,
  input: number,
  cells: Reach,
  shape: Shape,
  isClipped: boolean,
): Reach {
  const found = nowhere();
  const sizes = asMap(shape);
  for (const axis of AXES) {
    const seen = new Set<string>();
    for (const at of cells[geometry.kind === 'flatten' ? 0 : axis]) {
      const span = along(geometry, input, axis, at, shape);
      const key = `${span.start} ${span.stop} ${span.step}`;
      if (!seen.has(key)) addSpan(found[axis], isClipped ? clip(span, sizes[axis]) : span);
      seen.add(key);
    }
  }
  return found;
}

function addSpan(cells: Set<number>, { start, stop, step }: Span): void {
  for (let at = start; at < stop; at += step) cells.add(at);
}

/** Adds `more` where it holds any cell at all. */
function join(known: Reach, more: Reach): void {
  if (more.some((cells) => cells.size === 0)) return;
  for (const axis of AXES) for (const cell of more[axis]) known[axis].add(cell);
}

function bounds([, ys, xs]: Reach): Rect {
  if (ys.size === 0 || xs.size === 0) return [0, 0, 0, 0];
  const [y, x] = [[...ys].sort((a, b) => a - b), [...xs].sort((a, b) => a - b)];
  return [y[0] as number, (y.at(-1) as number) + 1, x[0] as number, (x.at(-1) as number) + 1];
}
