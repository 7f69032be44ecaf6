/**
 * One output cell backwards: what its derivative gives to each number that it was made of. Twin of
 * server/core/cell_gradient.py; both answer tests/golden/arithmetic.json.
 */
import type { CellArithmetic, Part, Term } from './parts';

/** Derivatives through this cell alone. */
export interface TermGradient {
  /** By the input cell; null in the padding, where nothing can change, and where it is not known. */
  value: number | null;
  /** By the learned number that it is multiplied with; null where there is none. */
  weight: number | null;
}

export interface PartGradient {
  name: string;
  c: number | null;
  /** By the part's own number; null where that is none to change. */
  value: number | null;
  /** In the order of the part's terms. */
  terms: readonly TermGradient[];
}

/** Kinds whose terms' weights are learned. */
const LEARNED: ReadonlySet<string> = new Set(['conv', 'dense']);

type Shares = Readonly<Record<string, number>>;
type OfTerm = (term: Term) => number | null;
type Way = (made: CellArithmetic, output: number) => PartGradient[];

/**
 * The shares of `output`, d(loss)/d(this cell), in the order of the parts and their terms. The sum
 * of a number's shares over all output cells that it is part of is its gradient. Of softmax, a
 * term's share counts all ways from that input cell to this output cell.
 */
export function cellGradient(made: CellArithmetic, output: number): PartGradient[] {
  const inner = output * (made.scaled?.scale ?? 1);
  if (made.additive) return made.parts.map((part) => summand(made, part, inner));
  return (WAYS[made.kind] ?? unknown)(made, inner);
}

/** A sum hands its derivative to every part, and a product each factor the other's. */
function summand({ kind }: CellArithmetic, part: Part, output: number): PartGradient {
  const terms = part.terms.map(({ value, weight, padded }) => ({
    value: padded ? null : output * (weight ?? 1),
    weight: LEARNED.has(kind) ? output * value : null,
  }));
  return { name: part.name, c: part.c, value: output, terms };
}

function byName(made: CellArithmetic, shares: Shares, ofTerm: OfTerm): PartGradient[] {
  return made.parts.map(({ name, c, terms }) => ({
    name,
    c,
    value: shares[name] ?? null,
    terms: terms.map((term) => ({ value: ofTerm(term), weight: null })),
  }));
}

/** The winner gets all. */
const maximum: Way = (made, output) => {
  const { y, x } = made.winner ?? { y: NaN, x: NaN };
  return byName(made, { window: output }, (term) => (term.y === y && term.x === x ? output : 0));
};

/** The slope is the gate; a learned slope has its own share below 0. */
const activation: Way = (made, output) => {
  const { input = NaN, slope = NaN } = numbers(made);
  const back = output * slope;
  const shares = { input: back, output, scale: output * Math.min(input, 0) };
  return byName(made, shares, () => back);
};

/** Outside of training mean and variance are constants, not made of this batch. */
const norm: Way = (made, output) => {
  const { variance = NaN, eps = NaN, normalised = NaN, scale = 1 } = numbers(made);
  const inside = output * scale;
  const spread = variance + eps;
  const back = inside / Math.sqrt(spread);
  const shares = {
    input: back,
    mean: -back,
    variance: (-inside * normalised) / (2 * spread),
    normalised: inside,
    scale: output * normalised,
    shift: output,
  };
  return byName(made, shares, () => back);
};

/** p_i (own - p_j): one share can only grow at the cost of the others. */
const softmax: Way = (made, output) => {
  const { exp = NaN, sum = NaN } = numbers(made);
  const own = made.parts[0]?.terms[0] as Term;
  const isLog = made.kind === 'log_softmax';
  const scale = isLog ? output : (output * exp) / sum;
  const exps = new Map(made.parts.at(-1)?.terms.map((term) => [place(term), term.product]));
  const back = (term: Term) => {
    const isOwn = place(term) === place(own);
    return scale * (Number(isOwn) - (exps.get(place(term)) as number) / sum);
  };
  const shares = {
    input: back(own),
    maximum: 0,
    exp: isLog ? 0 : output / sum,
    sum: -scale / sum,
  };
  return byName(made, shares, back);
};

function place({ c, y, x }: Term): string {
  return `${c} ${y} ${x}`;
}

const unknown: Way = (made) => byName(made, {}, () => null);

function numbers(made: CellArithmetic): Record<string, number> {
  return Object.fromEntries(made.parts.map(({ name, value }) => [name, value]));
}

const WAYS: Readonly<Record<string, Way>> = {
  max: maximum,
  activation,
  norm,
  softmax,
  log_softmax: softmax,
};
