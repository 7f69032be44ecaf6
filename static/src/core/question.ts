/** What is asked of a cell at each level: a number, and the slips that lead to other ones. */
import type { CellArithmetic, Term } from './arithmetic';
import { placed, type Placed } from './derivation';
import type { Level } from './levels';
import {
  halfUnit,
  productQuestion,
  sumQuestion,
  type Question,
  type Slip,
  type Summand,
} from './quiz';

/** The question, and what is blank on the page while it is open. */
export interface Asked {
  question: Question;
  /** The product that is left out; null where it is a part or the result. */
  term: number | null;
  /** "product", "result", or the name of a part. */
  role: string;
}

const PRODUCTS = new Set(['conv', 'dense', 'average']);
const ROLES: Readonly<Record<string, string>> = { norm: 'normalised', softmax: 'exp' };

/** What `level` leaves out; `turn` picks another product. Null where nothing is computed. */
export function askedOf(arithmetic: CellArithmetic, level: Level, turn: number): Asked | null {
  if (level === 'full' || arithmetic.parts.length === 0) return null;
  const parts = placed(arithmetic.parts);
  if (level === 'blank1') {
    const asked = PRODUCTS.has(arithmetic.kind)
      ? askProduct(parts, turn)
      : askPart(parts, arithmetic.kind);
    if (asked) return asked;
  }
  return { question: resultQuestion(arithmetic, parts), term: null, role: 'result' };
}

/** Products worth a calculation: none with a zero. Those that weigh most come first. */
export function blankable(parts: readonly Placed[]): number[] {
  const all = parts.flatMap(({ terms, first }) =>
    terms.map(({ value, weight, product }, i) => ({ value, weight, product, at: first + i })),
  );
  return all
    .filter(({ value, weight }) => value !== 0 && weight !== null && weight !== 0)
    .sort((a, b) => Math.abs(b.product) - Math.abs(a.product) || a.at - b.at)
    .map(({ at }) => at);
}

function askProduct(parts: readonly Placed[], turn: number): Asked | null {
  const order = blankable(parts);
  const term = order[turn % Math.max(1, order.length)];
  const part = parts.find(({ first, terms }) => isIn(term, first, terms.length));
  const chosen = part?.terms[(term ?? 0) - part.first];
  if (term === undefined || !part || !chosen || chosen.weight === null) return null;
  const others = part.terms.map(({ product }, i) => ({ term: part.first + i, product }));
  const question = productQuestion(
    chosen.value,
    chosen.weight,
    others.filter((other) => other.term !== term),
  );
  return { question, term, role: 'product' };
}

function isIn(at: number | undefined, first: number, count: number): boolean {
  return at !== undefined && at >= first && at < first + count;
}

function askPart(parts: readonly Placed[], kind: string): Asked | null {
  const role = ROLES[kind];
  const part = parts.find(({ name }) => name === role);
  if (!role || !part) return null;
  return {
    question: { answer: part.value, slack: 0, slips: SLIPS[role]?.(parts) ?? [] },
    term: null,
    role,
  };
}

type Slips = (parts: readonly Placed[]) => Slip[];

const of = (parts: readonly Placed[], name: string, instead = 0) =>
  parts.find((part) => part.name === name)?.value ?? instead;

/** Slips of a step, by the name of its part. */
const SLIPS: Readonly<Record<string, Slips>> = {
  normalised: (parts) => {
    const [x, mean, variance] = [of(parts, 'input'), of(parts, 'mean'), of(parts, 'variance')];
    const wide = variance + of(parts, 'eps');
    return [
      { code: 'noRoot', value: (x - mean) / wide },
      { code: 'noMean', value: x / Math.sqrt(wide) },
      { code: 'plusMean', value: (x + mean) / Math.sqrt(wide) },
      { code: 'noDivide', value: x - mean },
    ];
  },
  exp: (parts) => {
    const [x, top] = [of(parts, 'input'), of(parts, 'maximum')];
    return [
      { code: 'noExp', value: x - top },
      { code: 'noMaximum', value: Math.exp(x) },
      { code: 'sign', value: Math.exp(top - x) },
    ];
  },
};

function resultQuestion(made: CellArithmetic, parts: Placed[]): Question {
  const { kind, value, additive, scaled } = made;
  if (scaled)
    return { answer: value, slack: 0, slips: [{ code: 'noScale', value: scaled.before }] };
  const ask = RESULTS[kind];
  if (ask) return { answer: value, slack: 0, slips: ask(parts, value) };
  if (!additive) return { answer: value, slack: 0, slips: [{ code: 'sign', value: -value }] };
  const terms = parts.flatMap(({ terms, first }) => terms.map(summandAt(first)));
  const [only] = parts;
  // One part alone is asked term by term.
  const isWhole = parts.length === 1 && only && only.terms.length > 1;
  const coarse = parts.map((part): Summand => {
    return { value: part.value, part: part.index, isBias: part.name === 'bias' };
  });
  return isWhole ? sumQuestion(terms) : sumQuestion(coarse, terms);
}

function summandAt(first: number) {
  return ({ product }: Term, i: number): Summand => ({ value: product, term: first + i });
}

const RESULTS: Readonly<Record<string, (parts: readonly Placed[], value: number) => Slip[]>> = {
  max: ([window], value) => {
    const terms = window?.terms ?? [];
    const sum = terms.reduce((all, term) => all + term.value, 0);
    return [
      { code: 'addedUp', value: sum },
      { code: 'averaged', value: sum / terms.length },
      ...terms
        .map((term, i) => ({ code: 'notLargest', value: term.value, term: i }))
        .filter((slip) => slip.value < value),
    ];
  },
  activation: (parts, value) => {
    const x = of(parts, 'input');
    return [
      { code: 'unchanged', value: x },
      { code: 'absolute', value: Math.abs(x) },
      { code: 'zeroed', value: 0 },
      { code: 'sign', value: -value },
    ].filter((slip) => slip.value !== value);
  },
  norm: (parts, value) => {
    const normalised = of(parts, 'normalised');
    const [scale, shift] = [of(parts, 'scale', 1), of(parts, 'shift')];
    return [
      { code: 'noShift', value: normalised * scale },
      { code: 'noScale', value: normalised + shift },
      { code: 'noScaleNoShift', value: normalised },
      { code: 'sign', value: -value },
    ];
  },
  softmax: (parts) => {
    const [x, exp, sum] = [of(parts, 'input'), of(parts, 'exp'), of(parts, 'sum', 1)];
    return [
      { code: 'noDivide', value: exp },
      { code: 'divided', value: exp === 0 ? 0 : sum / exp },
      { code: 'noExp', value: x },
      { code: 'oneHot', value: exp === 1 ? 1 : 0 },
    ];
  },
};

/** How much the printed numbers of a sum may miss the printed result. */
export function printedSlack(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + halfUnit(value), 0);
}
