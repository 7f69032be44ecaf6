/** The confusion matrix: a row for each true class, a column for each guess. */
import type { EvaluationEvent, Guess } from './run';
import type { Range } from './types';

export type Matrix = readonly (readonly number[])[];

export const CONFUSIONS = ['count', 'share', 'change'] as const;
export type ConfusionMode = (typeof CONFUSIONS)[number];

/** More classes are not shown: a number needs room. */
export const MOST_CLASSES = 30;

export interface ClassScore {
  label: number;
  /** Pictures that are of the class. */
  count: number;
  /** How many of them are guessed so; NaN without any. */
  recall: number;
  /** How many of those that are guessed so are; NaN without any. */
  precision: number;
}

/** How well each class is told apart. */
export function classScores(matrix: Matrix): ClassScore[] {
  return matrix.map((row, label) => {
    const right = row[label] ?? 0;
    const count = total(row);
    const guessed = total(matrix.map((each) => each[label] ?? 0));
    const share = (all: number) => (all > 0 ? right / all : NaN);
    return { label, count, recall: share(count), precision: share(guessed) };
  });
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/**
 * The values of the cells: pictures, their share of the row (NaN in an empty one), or how many more
 * than at the evaluation before (NaN without one).
 */
export function confusionValues(
  matrix: Matrix,
  before: Matrix | null,
  mode: ConfusionMode,
): Matrix {
  if (mode === 'count') return matrix;
  if (mode === 'change') {
    return matrix.map((row, i) => row.map((value, j) => value - (before?.[i]?.[j] ?? NaN)));
  }
  return matrix.map((row) => {
    const sum = total(row);
    return row.map((value) => (sum > 0 ? value / sum : NaN));
  });
}

/** The ends of the colours: shares go to 1, counts and changes to the largest there is. */
export function confusionRange(values: Matrix, mode: ConfusionMode): Range {
  if (mode === 'share') return [0, 1];
  const sizes = values.flat().filter(Number.isFinite).map(Math.abs);
  const most = Math.max(1, ...sizes);
  return mode === 'change' ? [-most, most] : [0, most];
}

/** The classes that are shown, in their order: all, or those with the most mistakes around them. */
export function shownClasses(matrix: Matrix, most = MOST_CLASSES): number[] {
  const labels = matrix.map((_, label) => label);
  if (labels.length <= most) return labels;
  const mistakes = labels.map((label) => {
    const right = matrix[label]?.[label] ?? 0;
    return total(matrix[label] ?? []) + total(matrix.map((row) => row[label] ?? 0)) - 2 * right;
  });
  const worst = labels.toSorted((a, b) => (mistakes[b] as number) - (mistakes[a] as number));
  return worst.slice(0, most).sort((a, b) => a - b);
}

/** A row of the confusion matrix and a column of it. */
export type Cell = readonly [label: number, guess: number];

export interface CellPictures {
  /** Those that are known, the most mistaken first; how sure it was is known of some. */
  guesses: readonly Guess[];
  /** How many there are in the cell. */
  count: number;
}

/** The pictures of one cell. */
export function picturesOf(
  { confusion, worst, strip, wrong = [], right = [] }: EvaluationEvent,
  [label, guess]: Cell,
): CellPictures {
  const isRight = label === guess;
  // The strip tells the share of the guess, which is that of the class where they are the same.
  const sure = isRight ? [...strip, ...worst] : worst;
  const shares = new Map(sure.map(({ id, probability }) => [id, probability]));
  const guesses = (isRight ? right : wrong)
    .filter((each) => each[1] === label && each[2] === guess)
    .map(([id]) => ({ id, label, guess, probability: shares.get(id) ?? null }));
  return { guesses, count: confusion[label]?.[guess] ?? 0 };
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

/** The cell that a key leads to in a square of so many; null for keys that do not move. */
export function movedCell(
  key: string,
  [row, column]: readonly [number, number],
  size: number,
): [number, number] | null {
  const move = MOVES[key];
  if (!move) return null;
  const within = (place: number) => Math.max(0, Math.min(size - 1, place));
  return [within(row + move[0]), within(column + move[1])];
}
