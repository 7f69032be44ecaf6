/** Columns that appear one after the other from the last to the first, by the clock. */

/** Share of the time that one column takes; the others begin within the rest. */
const ONE = 0.25;

export class Reveal {
  /** Share of the time that is over. */
  #done = $state(1);
  #frame = 0;
  #start_ms = 0;
  #length_ms = 0;

  get isRunning(): boolean {
    return this.#done < 1;
  }

  /** How much of a column is there, 0 to 1; `at` is its place from 0 (first) to 1 (last). */
  shareOf(at: number): number {
    if (this.#done >= 1) return 1;
    return Math.min(1, Math.max(0, (this.#done - (1 - at) * (1 - ONE)) / ONE));
  }

  /** Begins anew; where the time is 0, everything is there at once. */
  start(length_ms: number): void {
    this.finish();
    if (length_ms === 0) return;
    this.#start_ms = performance.now();
    this.#length_ms = length_ms;
    this.#done = 0;
    this.#frame = requestAnimationFrame(this.#tick);
  }

  /** Everything is there; for a hand that does not want to wait, or a view that goes away. */
  finish(): void {
    cancelAnimationFrame(this.#frame);
    this.#done = 1;
  }

  #tick = (): void => {
    this.#done = Math.min(1, (performance.now() - this.#start_ms) / this.#length_ms);
    if (this.#done < 1) this.#frame = requestAnimationFrame(this.#tick);
  };
}
