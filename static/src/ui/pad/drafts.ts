/** Sends a drawing while it grows: the newest after each pause, and nothing while nothing changes. */
export class Drafts {
  #timer = 0;

  constructor(
    private readonly send: () => void,
    private readonly pause_ms: number,
  ) {}

  /** The drawing is not as it was sent. */
  changed(): void {
    if (this.#timer !== 0) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      this.send();
    }, this.pause_ms);
  }

  /** Nothing is sent any more until the next change. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}
