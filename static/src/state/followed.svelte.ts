/** A value that may change at every frame, and what is read of it, at a pace that can be read. */

import { untilBeat } from '../core/beat';

/** While it goes on changing, what is read follows as often as this, ms ... */
const PACE_MS = 400;
/** ... and it has come to rest when it has not changed for so long. */
const REST_MS = 80;

export class Followed<T> {
  #now: T = $state.raw() as T;
  #read: T = $state.raw() as T;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed_ms = -Infinity;
  #due_ms = Infinity;

  constructor(value: T) {
    this.#now = this.#read = value;
  }

  get now(): T {
    return this.#now;
  }

  /** The first change after a rest is read at once, the last one soon after it. */
  set now(value: T) {
    this.#now = value;
    const time_ms = performance.now();
    const wasStill = time_ms - this.#changed_ms >= REST_MS;
    this.#changed_ms = time_ms;
    clearTimeout(this.#timer);
    if (wasStill || time_ms >= this.#due_ms) this.#follow();
    else this.#timer = setTimeout(() => this.#follow(), Math.min(REST_MS, this.#due_ms - time_ms));
  }

  get read(): T {
    return this.#read;
  }

  /** It has come to rest: what is read is the value itself, and the next change is read at once. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#changed_ms = -Infinity;
    this.#follow();
  }

  #follow(): void {
    this.#read = this.#now;
    const time_ms = performance.now();
    this.#due_ms = time_ms + untilBeat(PACE_MS, time_ms);
  }
}
