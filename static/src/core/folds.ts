/** k-fold cross-validation: runs that differ only in the part of the pictures that validates. */
import type { Options, Run } from './run';

/** What folds of one cross-validation may differ in. */
const FREE: ReadonlySet<string> = new Set(['fold', 'name']);

export interface Spread {
  mean: number;
  /** Standard deviation, divided by n - 1; null for one value. */
  deviation: number | null;
}

/** How many folds the options cut the pictures into; 0 without cross-validation. */
export function foldCount(options: Options): number {
  const folds = Number(options['folds'] ?? 0);
  return folds >= 2 ? folds : 0;
}

/** The options of every fold, in order. */
export function eachFold(options: Options): Options[] {
  return Array.from({ length: foldCount(options) }, (_, fold) => ({ ...options, fold }));
}

/** The runs that are folds of the cross-validation that the first belongs to, by fold. */
export function foldsOf<Item extends Pick<Run, 'options'>>(runs: readonly Item[]): Item[] {
  const [first] = runs;
  if (!first || foldCount(first.options) === 0) return [];
  const shared = withoutFold(first.options);
  const found = runs.filter(({ options }) => withoutFold(options) === shared);
  return found.toSorted((a, b) => foldOf(a) - foldOf(b));
}

/** Which fold validates in a run. */
export function foldOf({ options }: Pick<Run, 'options'>): number {
  return Number(options['fold'] ?? 0);
}

function withoutFold(options: Options): string {
  const kept = Object.entries(options).filter(([name]) => !FREE.has(name));
  return JSON.stringify(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Mean and deviation of some numbers; null of none. */
export function spreadOf(values: readonly number[]): Spread | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : null };
}
