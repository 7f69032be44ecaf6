/** Which classes a softmax shows where there are more than fit, and what a change does to their shares. */

/** The largest change between two lists. */
export function largestChange(before: readonly number[], after: readonly number[]): number {
  return before.reduce((most, each, i) => Math.max(most, Math.abs(each - (after[i] ?? NaN))), 0);
}

/**
 * Indices of the `count` largest values in their own order, so that a row does not move while its
 * value changes; each of `also` is among them.
 */
export function largestOf(
  values: readonly number[],
  count: number,
  also: readonly number[],
): number[] {
  if (values.length <= count) return values.map((_, index) => index);
  const order = values
    .map((_, index) => index)
    .sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  const asked = also.filter((index) => index < values.length);
  const found = new Set(asked);
  for (const index of order) if (found.size < count) found.add(index);
  return [...found].sort((a, b) => a - b);
}
