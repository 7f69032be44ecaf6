/** The error function, which the exact GELU is made of. */

/** Beyond this erf is 1 to the last bit of a double. */
const END = 6;

/**
 * erf(x) = 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, to about 1e-15: Abramowitz and
 * Stegun 7.1.6, whose terms are all of one sign, so that none cancels another.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) >= END) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
