/** Steps a second, over the last second or two. */

const WINDOW_MS = 1500;
/** A gap this long is a pause, not slowness. */
const PAUSE_MS = 5000;

export class Pace {
  #seen: { step: number; at_ms: number }[] = [];

  /** Steps a second now that `step` is reached; 0 until it can be told. */
  of(step: number, at_ms: number): number {
    const last = this.#seen.at(-1);
    if (last && (at_ms - last.at_ms > PAUSE_MS || step < last.step)) this.#seen = [];
    this.#seen.push({ step, at_ms });
    while (this.#seen.length > 2 && at_ms - (this.#seen[1]?.at_ms ?? 0) > WINDOW_MS) {
      this.#seen.shift();
    }
    const [first] = this.#seen;
    if (!first || at_ms === first.at_ms) return 0;
    return ((step - first.step) / (at_ms - first.at_ms)) * 1000;
  }
}
