/**
 * One output cell as named parts, each made of terms that can be pointed at. Twin of
 * server/core/arithmetic.py; both answer tests/golden/arithmetic.json.
 */
import { strength, sum } from './kernels';
import { activation, addition, named, norm, passed, softmax } from './cellwise';
import {
  gridOf,
  MissingError,
  part,
  placeIn,
  summed,
  taken,
  valueIn,
  weightOf,
  whole,
  type CellArithmetic,
  type CellAt,
  type Made,
  type Source,
} from './parts';
import type { DenseGeometry, NodeInfo, Op } from './types';
import { convolution, pooling } from './windows';

export type { CellArithmetic, CellAt, Part, Source, Term } from './parts';

/** Terms of a dense cell that are listed. */
const LARGEST = 32;
/** Float64 parts and torch's float32 differ by rounding alone, relative to the absolute terms. */
const TOLERANCE = 1e-3;

/**
 * The arithmetic of an output cell; null while values or weights are missing, and for nodes of more
 * than two spatial axes. What the parts come to is compared with torch's value: where they differ,
 * there are no parts, and `reason` is "differs".
 */
export function cellArithmetic(source: Source, node: string, cell: CellAt): CellArithmetic | null {
  try {
    return work(source, source.node(node), cell);
  } catch (error) {
    if (error instanceof MissingError) return null;
    throw error;
  }
}

function work(source: Source, node: NodeInfo, cell: CellAt): CellArithmetic | null {
  if (!isStated(node.shape)) return null;
  const value = valueIn(gridOf(source, node.id), cell);
  const scale = source.scale(node.id, cell.c);
  const made = checked(make(source, node, cell), value, scale ?? 1);
  const { kind, parts, winner, additive, result, reason } = made;
  return {
    node: node.id,
    op: node.op,
    kind,
    cell,
    value,
    parts,
    winner: winner ?? null,
    additive: additive ?? false,
    scaled: scale === null || reason ? null : { before: result, scale },
    reason: reason ?? '',
  };
}

/** Whether cells of such a shape have c, y and x. */
function isStated(shape: readonly number[]): boolean {
  return shape.length <= 3;
}

function nothing(reason: string): Made {
  const kind = reason === 'input' ? 'input' : 'other';
  return { kind, parts: [], result: NaN, size: 0, reason };
}

function make(source: Source, node: NodeInfo, cell: CellAt): Made {
  if (node.op === 'input') return nothing('input');
  if (node.geometry.kind === 'other') return nothing('unknown');
  if (!node.inputs.every((id) => isStated(source.node(id).shape))) return nothing('axes');
  return way(node)(source, node, cell) ?? nothing('weights');
}

type Way = (source: Source, node: NodeInfo, cell: CellAt) => Made | null;

const BY_OP: Partial<Record<Op, Way>> = {
  activation,
  norm,
  dropout: passed,
  add: addition,
};

function way({ op, geometry }: NodeInfo): Way {
  switch (geometry.kind) {
    case 'window':
      return geometry.mixes ? convolution : pooling;
    case 'adaptive':
      return pooling;
    case 'dense':
      return dense;
    case 'softmax':
      return softmax;
    case 'cell':
      return BY_OP[op] ?? named;
    default:
      return passed;
  }
}

/** The largest products of input and weight, the exact rest, and the bias. */
function dense(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  const weight = weightOf(source, node, 'weight');
  const bias = weightOf(source, node, 'bias');
  if (!weight) return null;
  const grid = gridOf(source, node.inputs[0] as string);
  const isVector = node.shape.length === 1;
  const first = isVector ? { c: 0, y: 0, x: 0 } : { ...cell, x: 0 };
  const row = isVector ? cell.c : cell.x;
  const count = (node.geometry as DenseGeometry).in;
  const values = grid.data.subarray(placeIn(grid, first)).subarray(0, count);
  const weights = weight.data.subarray(row * count, (row + 1) * count);
  const products = Float64Array.from(values, (value, i) => value * (weights[i] as number));
  const chosen = largestOf(products, LARGEST);
  const terms = chosen.map((i) => {
    const at = isVector ? { ...first, c: i } : { ...first, x: i };
    return taken(grid, at, weights[i] as number);
  });
  const parts = [whole('largest', terms)];
  for (const i of chosen) products[i] = 0;
  const left = count - chosen.length;
  if (left > 0) parts.push({ ...part('rest', sum(products)), count: left });
  if (bias) parts.push(part('bias', bias.data[row] as number));
  return summed('dense', parts, strength(products));
}

/** Places of the numbers that are furthest from 0, the furthest first; of equal ones the first. */
function largestOf(numbers: Float64Array, count: number): number[] {
  const sizes = numbers.map(Math.abs);
  const least = sizes.slice().sort().at(-count) ?? -1;
  const above: number[] = [];
  const equal: number[] = [];
  sizes.forEach((size, i) => {
    if (size > least) above.push(i);
    else if (size === least && equal.length < count) equal.push(i);
  });
  above.sort((a, b) => (sizes[b] as number) - (sizes[a] as number));
  return [...above, ...equal.slice(0, count - above.length)];
}

/** What was made, or nothing where it does not come to torch's value when scaled. */
function checked(made: Made, value: number, scale: number): Made {
  if (made.reason || !Number.isFinite(value) || !Number.isFinite(made.result)) return made;
  const size = Math.max(made.size * scale, Math.abs(value));
  const isNear = Math.abs(made.result * scale - value) <= TOLERANCE * size;
  return isNear ? made : nothing('differs');
}
