/** The contact sheet that is shown: its atlas and what is on it always belong together. */
import type { Sheet } from '../core/dataset';
import { Latest } from '../core/latest';
import type { Problem } from '../core/types';
import { fetchPicture, fetchSheet } from '../io/data';
import { problemOf } from './problem';

export class Sheets {
  /** The sheet and the address of its atlas. */
  shown: { sheet: Sheet; atlas: string } | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  #atlas = '';
  #latest = new Latest<string>((path, signal) => this.#fetch(path, signal));

  /** Shows the sheet of an address once it is there; of several the newest. */
  ask(path: string): void {
    this.#latest.ask(path);
  }

  async #fetch(path: string, signal: AbortSignal): Promise<void> {
    try {
      const answers = [fetchSheet(path, signal), fetchPicture(path, signal)] as const;
      const [sheet, picture] = await Promise.all(answers);
      URL.revokeObjectURL(this.#atlas);
      this.#atlas = URL.createObjectURL(picture);
      this.shown = { sheet, atlas: this.#atlas };
      this.problem = null;
    } catch (error) {
      if (!signal.aborted) this.problem = problemOf(error);
    }
  }

  /** Ends what is under way and gives the atlas back. */
  rest(): void {
    this.#latest.stop();
    URL.revokeObjectURL(this.#atlas);
    this.shown = null;
  }
}
