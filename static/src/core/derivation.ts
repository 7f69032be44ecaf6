/** The formula of a cell with its numbers in it, by the kind of its arithmetic. */
import type { CellArithmetic, Part, Term } from './arithmetic';
import {
  bracket,
  brokenSum,
  joined,
  lines,
  name,
  number,
  operand,
  over,
  power,
  root,
  row,
  sign,
  type Piece,
} from './formula';

/** A part with the place of its first term in the list of all terms. */
export interface Placed extends Part {
  index: number;
  first: number;
}

export function placed(parts: readonly Part[]): Placed[] {
  let first = 0;
  return parts.map((part, index) => {
    const at = first;
    first += part.terms.length;
    return { ...part, index, first: at };
  });
}

/** The products of a part as a sum: of one input channel, of the largest, of a window. */
export function productsOf(part: Placed, indices?: readonly number[]): Piece {
  const chosen = indices ?? part.terms.map((_, i) => i);
  const products = chosen.map((i) => product(part.terms[i] as Term, part.first + i));
  const dots = chosen.length < part.count ? [sign('…')] : [];
  return brokenSum([...products, ...dots], number(part.value, 'part'));
}

function product({ value, weight, product }: Term, term: number): Piece {
  if (weight === null) return operand(product, 'product', term);
  return row(operand(value, 'value', term), sign('×'), operand(weight, 'weight', term));
}

/**
 * How the parts come to the value; the formula of a convolution begins with its channels' sum. What
 * an edit of the channel made of that stands in a line of its own.
 */
export function derivationOf(made: CellArithmetic, settings: Settings): Piece {
  const { kind, parts, value, scaled } = made;
  const derive = BY_KIND[kind] ?? identity;
  if (!scaled) return derive(placed(parts), number(value, 'result'), settings);
  const { before, scale } = scaled;
  return lines(
    derive(placed(parts), number(before, 'before'), settings),
    row(
      ...[operand(before, 'before'), sign('×'), number(scale, 'edited')],
      ...[sign('='), number(value, 'result')],
    ),
  );
}

/** What the node's geometry says besides: the name of a function, its slope. */
export type Settings = Readonly<Record<string, unknown>>;
type Derive = (parts: readonly Placed[], result: Piece, settings: Settings) => Piece;

const named = (parts: readonly Placed[], ...names: string[]) =>
  parts.filter((part) => names.includes(part.name));
const one = (parts: readonly Placed[], name: string) => named(parts, name)[0];
const total = (parts: readonly Part[]) => parts.reduce((sum, { value }) => sum + value, 0);

/** The only term of a part, as a number that can be pointed at. */
function input(parts: readonly Placed[]): Piece {
  const part = one(parts, 'input');
  return number(part?.value ?? NaN, 'value', part?.first ?? null);
}

/** Sum of the channels + bias. */
const conv: Derive = (parts, result) => {
  const bias = one(parts, 'bias');
  const channels = named(parts, 'channel');
  const sum = row(name('Σ'), sign('='), number(total(channels), 'channels'));
  const ending = bias ? [sign('+'), operand(bias.value, 'bias')] : [];
  return row(sum, ...ending, sign('='), result);
};

/** Largest products + the rest + bias. */
const dense: Derive = (parts, result) =>
  row(
    ...joined(
      parts.map((part) => operand(part.value, part.name)),
      '+',
    ),
    sign('='),
    result,
  );

/** Candidates in rows as they lie in the window. */
function windowRows({ terms, first }: Placed): Piece {
  const rows = new Map<number, Piece[]>();
  terms.forEach((term, i) => {
    const [y] = term.at ?? [0, 0];
    rows.set(y, [...(rows.get(y) ?? []), number(term.value, 'value', first + i)]);
  });
  return lines(...[...rows.values()].map((pieces) => row(...joined(pieces, ','))));
}

const max: Derive = ([window], result) =>
  row(name('max'), bracket(...(window ? [windowRows(window)] : [])), sign('='), result);

const average: Derive = ([window], result) => {
  if (!window) return result;
  const { terms, first } = window;
  const values = terms.map((term, i) => operand(term.value, 'value', first + i));
  const divisor = 1 / (terms[0]?.weight ?? 1);
  const sum = lines(...chunks(values, 4).map((each, i) => plus(each, i > 0)));
  return row(over(sum, number(divisor, 'divisor')), sign('='), result);
};

function plus(pieces: readonly Piece[], goesOn: boolean): Piece {
  return row(...(goesOn ? [sign('+')] : []), ...joined(pieces, '+'));
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, i) => all.slice(i * size, (i + 1) * size));
}

const norm: Derive = (parts, result) => {
  const part = (name: string) => one(parts, name)?.value ?? 0;
  const centred = row(input(parts), sign('−'), operand(part('mean'), 'mean'));
  const spread = root(number(part('variance'), 'variance'), sign('+'), number(part('eps'), 'eps'));
  const scale = one(parts, 'scale');
  const shift = one(parts, 'shift');
  return row(
    over(centred, spread),
    ...(scale ? [sign('×'), operand(scale.value, 'scale')] : []),
    ...(shift ? [sign('+'), operand(shift.value, 'shift')] : []),
    sign('='),
    result,
  );
};

/** exp(x - m) / sum of exp(x_j - m); its logarithm for log_softmax. */
const softmax: Derive = (parts, result) => {
  const maximum = one(parts, 'maximum');
  const top = () => operand(maximum?.value ?? 0, 'maximum', maximum?.first ?? null);
  const upper = power(name('e'), row(input(parts), sign('−'), top()));
  const sum = one(parts, 'sum');
  const lower = number(sum?.value ?? NaN, 'sum');
  return row(over(upper, lower), sign('='), result);
};

const logSoftmax: Derive = (parts, result) => {
  const maximum = one(parts, 'maximum');
  const top = operand(maximum?.value ?? 0, 'maximum', maximum?.first ?? null);
  const log = row(name('ln'), number(one(parts, 'sum')?.value ?? NaN, 'sum'));
  return row(input(parts), sign('−'), top, sign('−'), log, sign('='), result);
};

const addition: Derive = (parts, result) =>
  row(
    ...joined(
      parts.map((part) => {
        const [term] = part.terms;
        return term ? product(term, part.first) : operand(part.value, part.name);
      }),
      '+',
    ),
    sign('='),
    result,
  );

const identity: Derive = (parts, result) => row(input(parts), sign('='), result);

/** max(0, x) and its relatives in their own form, all others as the name of the function. */
const activation: Derive = (parts, result, settings) => {
  const form = FUNCTIONS[String(settings['function'])];
  const x = () => input(parts);
  const before = form?.(x, parts, settings) ?? [called(settings), bracket(x())];
  return row(...before, sign('='), result);
};

function called(settings: Settings): Piece {
  return name(String(settings['function'] ?? 'f'));
}

type Form = (x: () => Piece, parts: readonly Placed[], settings: Settings) => Piece[];

const exponential = (x: Piece): Piece => power(name('e'), row(sign('−'), bracket(x)));

const leaky: Form = (x, parts, settings) => {
  const slope = one(parts, 'scale')?.value ?? Number(settings['negative_slope'] ?? 0.01);
  const isBelow = (one(parts, 'input')?.value ?? 0) <= 0;
  return isBelow ? [number(slope, 'scale'), sign('×'), bracket(x())] : [x()];
};

const FUNCTIONS: Readonly<Record<string, Form>> = {
  relu: (x) => [name('max'), bracket(name('0'), sign(','), x())],
  relu6: (x) => [
    name('min'),
    bracket(name('6'), sign(','), name('max'), bracket(name('0'), sign(','), x())),
  ],
  leaky_relu: leaky,
  prelu: leaky,
  sigmoid: (x) => [over(name('1'), row(name('1'), sign('+'), exponential(x())))],
  silu: (x) => [over(x(), row(name('1'), sign('+'), exponential(x())))],
};

const BY_KIND: Readonly<Record<string, Derive>> = {
  ...{ conv, dense, max, average, norm, softmax, activation },
  add: addition,
  log_softmax: logSoftmax,
};
