/** The few of many signed contributions that matter most, and how much of the whole they are. */

export interface Strongest {
  /** Indices, largest absolute value first; equal ones keep their order. */
  order: readonly number[];
  /** Sum of their absolute values over that of all, 0 to 1; 1 where all are zero. */
  share: number;
}

/** At most `count` of the values that weigh most. */
export function strongest(values: readonly number[], count: number): Strongest {
  const size = (index: number) => Math.abs(values[index] as number);
  const all = values.map((_, index) => index).sort((a, b) => size(b) - size(a) || a - b);
  const order = all.slice(0, count);
  const weigh = (indices: readonly number[]) => indices.reduce((sum, i) => sum + size(i), 0);
  const whole = weigh(all);
  return { order, share: whole > 0 ? weigh(order) / whole : 1 };
}
