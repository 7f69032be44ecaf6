/** One piece of work at a time: of what is asked meanwhile only the newest is done after it. */
export class Latest<Ask> {
  #next: { ask: Ask } | null = null;
  #isBusy = false;
  #ended = new AbortController();

  constructor(private readonly work: (ask: Ask, signal: AbortSignal) => Promise<void>) {}

  /** True while something is under way. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  ask(ask: Ask): void {
    this.#next = { ask };
    if (!this.#isBusy) void this.#run();
  }

  /** Ends what is under way and forgets what waits; it can be asked again. */
  stop(): void {
    this.#next = null;
    this.#ended.abort();
    this.#ended = new AbortController();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#next) {
      const { ask } = this.#next;
      const { signal } = this.#ended;
      this.#next = null;
      try {
        await this.work(ask, signal);
      } catch (error) {
        if (!signal.aborted) {
          this.#isBusy = false;
          throw error;
        }
      }
    }
    this.#isBusy = false;
  }
}
