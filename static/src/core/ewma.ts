/** The debiased exponential mean of a curve, which grows with the curve. */

/** The largest weight: the mean of about a thousand points. */
export const MOST_SMOOTHING = 0.999;

/**
 * last = w last + (1 - w) x; n += 1; y = last / (1 - w^n): the first values are means of what has
 * been until then, not pulled towards 0. What is not finite stays so and is left out of the mean.
 */
export class Ewma {
  readonly weight: number;
  #y = new Float64Array(0);
  #length = 0;
  #last = 0;
  #newest = NaN;
  /** w^n, kept as a product, so that a million points need no power. */
  #left = 1;

  constructor(weight: number) {
    this.weight = Math.min(Math.max(weight, 0), MOST_SMOOTHING);
  }

  /** The mean at every value; a curve that is not the same one with more points starts anew. */
  follow(values: Float64Array): Float64Array {
    const known = this.#length;
    if (known > 0 && !Object.is(values[known - 1], this.#newest)) this.#restart();
    if (values.length > this.#y.length) this.#grow(values.length);
    for (let i = this.#length; i < values.length; i++) this.#y[i] = this.#next(values[i] as number);
    this.#length = values.length;
    this.#newest = values.at(-1) ?? NaN;
    return this.#y.subarray(0, this.#length);
  }

  #next(x: number): number {
    if (!Number.isFinite(x)) return NaN;
    this.#last = this.weight * this.#last + (1 - this.weight) * x;
    this.#left *= this.weight;
    return this.#last / (1 - this.#left);
  }

  #restart(): void {
    this.#length = 0;
    this.#last = 0;
    this.#left = 1;
  }

  #grow(wanted: number): void {
    const grown = new Float64Array(Math.max(1024, 2 * wanted));
    grown.set(this.#y.subarray(0, this.#length));
    this.#y = grown;
  }
}
