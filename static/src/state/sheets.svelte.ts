/** The contact sheet that is shown: its atlas and what is on it always belong together. */
import type { Sheet } from '../core/dataset';
import { Latest } from '../core/latest';
import type { Problem } from '../core/types';
import { fetchPicture, fetchSheet } from '../io/data';
import { problemOf } from './problem';

interface Asked {
  path: string;
  /** Points have no pictures. */
  hasAtlas: boolean;
}

export class Sheets {
  /** The sheet and the address of its atlas; '' for points. */
  shown: { sheet: Sheet; atlas: string } | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  #atlas = '';
  #latest = new Latest<Asked>((asked, signal) => this.#fetch(asked, signal));

  /** Shows the sheet of an address once it is there; of several the newest. */
  ask(path: string, hasAtlas: boolean): void {
    this.#latest.ask({ path, hasAtlas });
  }

  async #fetch({ path, hasAtlas }: Asked, signal: AbortSignal): Promise<void> {
    try {
      const atlas = hasAtlas ? fetchPicture(path, signal) : null;
      const [sheet, picture] = await Promise.all([fetchSheet(path, signal), atlas]);
      URL.revokeObjectURL(this.#atlas);
      this.#atlas = picture ? URL.createObjectURL(picture) : '';
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
