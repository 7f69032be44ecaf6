/** A run that has just begun: its first point is drawn before all that takes longer to draw. */
import type { RunState } from '../core/run';

/** So long the rest waits for it. */
const WAIT_MS = 300;

export class FirstPoint {
  /** How many frames of the screen the charts have to show it. */
  readonly #frames: number;
  #since = 0;
  #seen = 0;

  constructor(frames: number) {
    this.#frames = frames;
  }

  /** Whether it is still to be drawn; to be asked once a frame of the screen. */
  isAwaited(state: RunState, step: number): boolean {
    if (state !== 'running' && state !== 'queued') return false;
    this.#since ||= performance.now();
    if (step > 0) this.#seen++;
    return this.#seen < this.#frames && performance.now() - this.#since <= WAIT_MS;
  }
}
