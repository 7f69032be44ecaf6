/** What one output cell is made of, as data: terms, and the parts that they belong to. */
import { asMap, sources } from './geometry';
import type { NodeInfo, Op } from './types';

/** Which number of a node: (c, y, x) of maps, c alone of vectors (y and x are 0), c and x of lines. */
export interface CellAt {
  c: number;
  y: number;
  x: number;
}

/** One product, candidate or contribution: an input cell and what it gives. */
export interface Term extends CellAt {
  /** Whose cell it is; y and x may lie in the padding ring. */
  node: string;
  /** Of the input cell, 0 in the padding (a pad node's own value in its ring). */
  value: number;
  /** What it is multiplied with, null where there is nothing. */
  weight: number | null;
  /** What it contributes: value * weight, the value itself, exp(value - maximum). */
  product: number;
  padded: boolean;
  /** [ky, kx] in the kernel or window, null where there is none. */
  at: readonly [number, number] | null;
}

/** A named number with the terms that it is made of. */
export interface Part {
  /**
   * channel, bias, window, largest, rest, input, slope, output, mean, variance, eps, normalised,
   * scale, shift, maximum, exp, sum, parameter, constant.
   */
  name: string;
  value: number;
  terms: readonly Term[];
  /** The input channel of a part named channel. */
  c: number | null;
  /** How many terms it stands for, those of a rest included, which are not listed. */
  count: number;
}

export interface CellArithmetic {
  node: string;
  op: Op;
  /**
   * conv, dense, max, average, activation, norm, dropout, flatten, add, concat, softmax,
   * log_softmax, pad, identity, function (only the inputs are known), input, other.
   */
  kind: string;
  cell: CellAt;
  /** What torch computed, float32. */
  value: number;
  /** In the order of the computation, sums in float64; none when `reason` says why. */
  parts: readonly Part[];
  /** Of max pooling, in the input. */
  winner: CellAt | null;
  /** Whether the parts' values add up to `value`, or to what it was before `scaled`. */
  additive: boolean;
  /** What the parts come to, and what an edit of the channel multiplied it with last. */
  scaled: { before: number; scale: number } | null;
  /** Why something is missing: input, axes, unknown, function, weights, differs; or ''. */
  reason: string;
}

/** What is known of a network and one trace of it; undefined while it is not here. */
export interface Source {
  node(id: string): NodeInfo;
  values(id: string): Float32Array | undefined;
  weight(name: string): { data: Float32Array; shape: readonly number[] } | undefined;
  /** What an edit multiplied a channel with; null where none did. */
  scale(id: string, channel: number): number | null;
}

/** How a cell was made: `result` is the parts' own answer, `size` what its rounding scales with. */
export interface Made {
  kind: string;
  parts: Part[];
  result: number;
  size: number;
  additive?: boolean;
  winner?: CellAt | null;
  reason?: string;
}

/** Values or weights that are needed are not here. */
export class MissingError extends Error {}

/** The values of a node as maps of rows and columns. */
export interface Grid {
  node: string;
  data: Float32Array;
  channels: number;
  height: number;
  width: number;
}

/** Throws a MissingError while the values are not here. */
export function gridOf(source: Source, node: string): Grid {
  const data = source.values(node);
  if (!data) throw new MissingError(node);
  const [channels, height, width] = asMap(source.node(node).shape);
  return { node, data, channels, height, width };
}

/** Where a cell lies in the flat values. */
export function placeIn({ height, width }: Grid, { c, y, x }: CellAt): number {
  return (c * height + y) * width + x;
}

export function valueIn(grid: Grid, cell: CellAt): number {
  return grid.data[placeIn(grid, cell)] as number;
}

/** The weights of a role, null where the node has none; throws a MissingError. */
export function weightOf(source: Source, node: NodeInfo, role: string) {
  const name = node.weights[role];
  if (name === undefined) return null;
  const weight = source.weight(name);
  if (!weight) throw new MissingError(name);
  return weight;
}

/** The input cells of a cell: those of every input that gives some. */
export function boxes(
  source: Source,
  node: NodeInfo,
  { c, y, x }: CellAt,
): { grid: Grid; cells: CellAt[] }[] {
  const shapes = node.inputs.map((id) => source.node(id).shape);
  const found = sources(node.geometry, node.shape.length < 2 ? [c] : [c, y, x], shapes);
  return found.map((box) => ({
    grid: gridOf(source, node.inputs[box.input] as string),
    cells: steps([...box.c, 1]).flatMap((c) =>
      steps(box.y).flatMap((y) => steps(box.x).map((x) => ({ c, y, x }))),
    ),
  }));
}

function steps([start, stop, step]: readonly number[]): number[] {
  const [first, end, by] = [start as number, stop as number, step as number];
  return Array.from({ length: Math.ceil((end - first) / by) }, (_, i) => first + i * by);
}

/** The term of one input cell, as it is or times a weight. */
export function taken(grid: Grid, cell: CellAt, weight: number | null = null): Term {
  const value = valueIn(grid, cell);
  const product = weight === null ? value : value * weight;
  return { node: grid.node, ...cell, value, weight, product, padded: false, at: null };
}

/** A part that is a number alone. */
export function part(name: string, value: number): Part {
  return { name, value, terms: [], c: null, count: 0 };
}

/** The part that is the sum of its terms. */
export function whole(name: string, terms: readonly Term[], c: number | null = null): Part {
  const value = terms.reduce((sum, term) => sum + term.product, 0);
  return { name, value, terms, c, count: terms.length };
}

/** What parts that add up come to; `rest` is the size of terms that are not listed. */
export function summed(kind: string, parts: Part[], rest = 0): Made {
  const result = parts.reduce((sum, { value }) => sum + value, 0);
  const size = parts.reduce((sum, each) => sum + sizeOf(each), rest);
  return { kind, parts, result, size, additive: true };
}

/** Sum of the absolute terms, or of the number itself where there are none. */
function sizeOf({ terms, value }: Part): number {
  if (terms.length === 0) return Math.abs(value);
  return terms.reduce((sum, { product }) => sum + Math.abs(product), 0);
}
