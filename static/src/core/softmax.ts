/** Softmax and its neighbours, in the stable form, and in the forms of float32 that go wrong. */

/** Index of the largest value; the first of equal ones, as torch.argmax on a CPU. */
export function argmax(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0);
}

/** A vector with a single 1. */
export function oneHot(index: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number(i === index));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

/** Softmax step by step. */
export interface SoftmaxSteps {
  /** The logits over the temperature. */
  scaled: number[];
  /** What is subtracted before the exponential: 0, or the largest of `scaled`. */
  shift: number;
  /** e to (scaled - shift). */
  exps: number[];
  sum: number;
  /** exps / sum. */
  shares: number[];
}

function stepsOf(
  logits: readonly number[],
  temperature: number,
  isShifted: boolean,
  round: (value: number) => number,
): SoftmaxSteps {
  const scaled = logits.map((z) => round(z / temperature));
  const shift = isShifted ? largest(scaled) : 0;
  const exps = scaled.map((z) => round(Math.exp(round(z - shift))));
  const total = exps.reduce((so_far, value) => round(so_far + value), 0);
  return { scaled, shift, exps, sum: total, shares: exps.map((value) => round(value / total)) };
}

const exact = (value: number) => value;

/** Softmax of logits over a temperature above 0: the largest is subtracted, so nothing overflows. */
export function softmaxSteps(logits: readonly number[], temperature = 1): SoftmaxSteps {
  return stepsOf(logits, temperature, true, exact);
}

/** Shares of 1. */
export function softmax(logits: readonly number[], temperature = 1): number[] {
  return softmaxSteps(logits, temperature).shares;
}

/** As softmax is written in books, every step rounded to float32: too large a logit gives NaN. */
export function naiveSteps32(logits: readonly number[]): SoftmaxSteps {
  return stepsOf(logits, 1, false, Math.fround);
}

/** The same after the largest is subtracted. */
export function stableSteps32(logits: readonly number[]): SoftmaxSteps {
  return stepsOf(logits, 1, true, Math.fround);
}

/** ln of the sum of e^z = m + ln of the sum of e^(z - m). */
export function logSumExp(logits: readonly number[]): number {
  const { shift, sum: total } = softmaxSteps(logits);
  return shift + Math.log(total);
}

/** ln of softmax, without the detour by a share that may have become 0. */
export function logSoftmax(logits: readonly number[]): number[] {
  const whole = logSumExp(logits);
  return logits.map((z) => z - whole);
}

/** The detour in float32: a share that is too small for the format is 0, and its logarithm -inf. */
export function logOfSoftmax32(logits: readonly number[]): number[] {
  return stableSteps32(logits).shares.map((share) => Math.fround(Math.log(share)));
}
