/** A number left out of a calculation: whether an entry is right, and which slip explains a wrong one. */
import { formatNumber, MINUS } from './numbers';

/** What somebody would enter who makes one mistake; `code` picks the words. */
export interface Slip {
  code: string;
  value: number;
  /** The term or the part that was taken wrongly, by its place in the list of all. */
  term?: number;
  part?: number;
}

export interface Question {
  answer: number;
  /** How far the printed, rounded numbers alone may lead away from the answer. */
  slack: number;
  /** Likelier ones first. */
  slips: readonly Slip[];
}

export type Verdict = { isRight: true } | { isRight: false; slip: Slip | null };

const DIGITS = 3;
/** Somebody who rounds on the way is right as well. */
const SHARE = 0.01;

/** The number that is printed for a value: 3 significant digits. */
export function printed(value: number): number {
  return readEntry(formatNumber(value, DIGITS)) ?? NaN;
}

/** What rounding to the printed digits can change. */
export function halfUnit(value: number): number {
  return value === 0 ? 0 : 0.5 * 10 ** (Math.floor(Math.log10(Math.abs(value))) - DIGITS + 1);
}

/** The number that somebody typed, any minus sign, comma or point; null for what is none. */
export function readEntry(text: string): number | null {
  const plain = text
    .trim()
    .replaceAll(MINUS, '-')
    .replace(/[–—－]/g, '-')
    .replace(',', '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

export function judge(entry: number, { answer, slack, slips }: Question): Verdict {
  const reach = (value: number) => slack + SHARE * Math.abs(value);
  if (Math.abs(entry - answer) <= reach(answer)) return { isRight: true };
  const near = slips.filter(({ value }) => Math.abs(entry - value) <= reach(value) / 2);
  return { isRight: false, slip: near[0] ?? null };
}

/** One product of a value and a weight, among others. */
export function productQuestion(
  value: number,
  weight: number,
  others: readonly { term: number; product: number }[],
): Question {
  const answer = value * weight;
  const slips: Slip[] = [
    { code: 'sign', value: -answer },
    { code: 'added', value: value + weight },
    { code: 'onlyValue', value },
    { code: 'onlyWeight', value: weight },
    ...powers(answer),
    ...others.map(({ term, product }) => ({ code: 'otherProduct', value: product, term })),
  ];
  const slack = halfUnit(value) * Math.abs(weight) + halfUnit(weight) * Math.abs(value);
  return { answer, slack, slips };
}

/** One summand: a part, or a term of one. */
export interface Summand {
  value: number;
  term?: number;
  part?: number;
  isBias?: boolean;
}

/** A sum of which all summands are shown; `finer` ones are named where no coarse one explains it. */
export function sumQuestion(
  summands: readonly Summand[],
  finer: readonly Summand[] = [],
): Question {
  const answer = summands.reduce((sum, { value }) => sum + value, 0);
  const slack = summands.reduce((sum, { value }) => sum + halfUnit(value), 0);
  const slips = [
    ...summands.filter(({ isBias }) => isBias).map(slipOf('noBias', answer, -1)),
    { code: 'sign', value: -answer },
    ...[summands, finer].flatMap((each) => wrong(each, answer)),
    ...powers(answer),
  ];
  return { answer, slack, slips };
}

function wrong(summands: readonly Summand[], answer: number): Slip[] {
  return [
    ...summands.map(slipOf('oneSign', answer, -2)),
    ...summands.map(slipOf('missing', answer, -1)),
    ...summands.map(slipOf('twice', answer, 1)),
  ];
}

/** What comes out where a summand counts `more` times more than it should. */
function slipOf(code: string, answer: number, more: number) {
  return ({ value, term, part }: Summand): Slip => ({
    code,
    value: answer + more * value,
    ...(term === undefined ? {} : { term }),
    ...(part === undefined ? {} : { part }),
  });
}

function powers(answer: number): Slip[] {
  return [10, 0.1, 100, 0.01].map((by) => ({ code: 'point', value: answer * by }));
}
