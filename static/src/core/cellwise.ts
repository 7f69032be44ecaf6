/**
 * The arithmetic of what reads a cell or a few: activation, norm, dropout, flatten, add, concat,
 * softmax.
 */
import { activationOf } from './activations';
import {
  boxes,
  MissingError,
  part,
  summed,
  taken,
  weightOf,
  whole,
  type CellAt,
  type Made,
  type Part,
  type Source,
  type Term,
} from './parts';
import type { CellGeometry, NodeInfo } from './types';

/** The one cell that each input gives. */
function own(source: Source, node: NodeInfo, cell: CellAt): Term[] {
  return boxes(source, node, cell).map(({ grid, cells }) => taken(grid, cells[0] as CellAt));
}

/** The value that comes in, the slope of the function there, the value that comes out. */
export function activation(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  const geometry = node.geometry as CellGeometry;
  const [term] = own(source, node, cell);
  if (!term) return null;
  const parts = [whole('input', [term])];
  const settings: Record<string, unknown> = { ...geometry };
  if (geometry.function === 'prelu') {
    const slopes = weightOf(source, node, 'weight');
    if (!slopes) return null;
    const below = slopes.data[slopes.data.length > 1 ? cell.c : 0] as number;
    settings['weight'] = below;
    parts.push(part('scale', below));
  }
  const curve = activationOf(geometry.function, settings);
  if (!curve) return named(source, node, cell);
  const output = curve.value(term.value);
  parts.push(part('slope', curve.slope(term.value)), part('output', output));
  const size = Math.abs(term.value) + Math.abs(output);
  return { kind: 'activation', parts, result: output, size };
}

/** (x - mean) / sqrt(variance + eps) * weight + bias, with the channel's running statistics. */
export function norm(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  const [term] = own(source, node, cell);
  const at = (role: string) => weightOf(source, node, role)?.data[cell.c];
  const [mean, variance] = [at('running_mean'), at('running_var')];
  if (!term || mean === undefined || variance === undefined) return null;
  const eps = (node.geometry as CellGeometry)['eps'] as number;
  const [scale, shift] = [at('weight'), at('bias')];
  const deviation = Math.sqrt(variance + eps);
  const normalised = (term.value - mean) / deviation;
  const parts: Part[] = [
    whole('input', [term]),
    part('mean', mean),
    part('variance', variance),
    part('eps', eps),
    part('normalised', normalised),
  ];
  if (scale !== undefined) parts.push(part('scale', scale));
  if (shift !== undefined) parts.push(part('shift', shift));
  const [factor, more] = [scale ?? 1, shift ?? 0];
  const size =
    ((Math.abs(term.value) + Math.abs(mean)) / deviation) * Math.abs(factor) + Math.abs(more);
  return { kind: 'norm', parts, result: normalised * factor + more, size };
}

/** Dropout outside of training, flatten, concat: the cell of one input, as it is. */
export function passed(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  const terms = own(source, node, cell);
  return terms.length === 1 ? summed(node.op, [whole('input', terms)]) : null;
}

/**
 * One term of every input, the second times alpha; a parameter or a number where one is added.
 */
export function addition(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  const geometry = node.geometry as CellGeometry;
  const alpha = typeof geometry['alpha'] === 'number' ? geometry['alpha'] : 1;
  const parts = boxes(source, node, cell).map(({ grid, cells }, i) =>
    whole('input', [taken(grid, cells[0] as CellAt, i === 0 || alpha === 1 ? null : alpha)]),
  );
  if (parts.length === 1 && typeof geometry['other'] === 'number') {
    parts.push(part('constant', alpha * geometry['other']));
  }
  for (const name of Object.values(node.weights)) {
    parts.push(part('parameter', broadcast(source, name, node.shape, cell)));
  }
  return summed('add', parts);
}

/** A parameter's number at a cell: axes of one are repeated. */
function broadcast(source: Source, name: string, shape: readonly number[], cell: CellAt): number {
  const weight = source.weight(name);
  if (!weight) throw new MissingError(name);
  const { c, y, x } = cell;
  const place = [[], [c], [c, x], [c, y, x]][shape.length] as number[];
  const ones = Array<number>(place.length).fill(1);
  const sizes = [...ones, ...weight.shape].slice(weight.shape.length);
  const index = sizes.reduce(
    (at, size, i) => at * size + Math.min(place[i] as number, size - 1),
    0,
  );
  return weight.data[index] as number;
}

/** exp(x - maximum) over the sum of all of them; log_softmax is its logarithm. */
export function softmax(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  const [read] = boxes(source, node, cell);
  if (!read) return null;
  const inputs = read.cells.map((at) => taken(read.grid, at));
  const maximum = inputs.reduce((top, term) => (term.value > top.value ? term : top));
  const terms = inputs.map((term) => ({ ...term, product: Math.exp(term.value - maximum.value) }));
  const place = terms.findIndex(({ c, y, x }) => c === cell.c && y === cell.y && x === cell.x);
  const [input, exp] = [inputs[place] as Term, terms[place] as Term];
  const sum = whole('sum', terms);
  const parts = [whole('input', [input]), whole('maximum', [maximum]), whole('exp', [exp]), sum];
  if (node.op === 'softmax') {
    const share = exp.product / sum.value;
    return { kind: 'softmax', parts, result: share, size: share };
  }
  const result = input.value - maximum.value - Math.log(sum.value);
  const size = Math.abs(input.value) + Math.abs(maximum.value);
  return { kind: 'log_softmax', parts, result, size };
}

const IDENTITIES: ReadonlySet<string> = new Set(['identity', 'clone', 'detach', 'contiguous']);

/**
 * Cell by cell by a function that is not worked out here: only where its input is. A function that
 * passes its input on is worked out by that.
 */
export function named(source: Source, node: NodeInfo, cell: CellAt): Made | null {
  if (IDENTITIES.has((node.geometry as CellGeometry).function)) {
    const made = passed(source, node, cell);
    return made && { ...made, kind: 'identity' };
  }
  const parts = own(source, node, cell).map((term) => whole('input', [term]));
  return { kind: 'function', parts, result: NaN, size: 0, reason: 'function' };
}
