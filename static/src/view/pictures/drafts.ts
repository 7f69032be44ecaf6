/** Sends a drawing while it grows: one at a time, the newest last, never faster than the pause. */
export class Drafts {
  #timer = 0;
  #isStale = false;

  constructor(
    private readonly make: () => Promise<Blob | null>,
    private readonly send: (drawing: Blob) => void,
    private readonly pause_ms: number,
  ) {}

  /** The drawing is not as it was sent. */
  changed(): void {
    this.#isStale = true;
    if (this.#timer === 0)
      this.#timer = window.setTimeout(() => void this.#sendNow(), this.pause_ms);
  }

  /** Nothing is sent any more until the next change. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  async #sendNow(): Promise<void> {
    const turn = this.#timer;
    this.#isStale = false;
    const drawing = await this.make();
    if (turn !== this.#timer) return;
    if (drawing) this.send(drawing);
    this.#timer = 0;
    if (this.#isStale) this.changed();
  }
}
