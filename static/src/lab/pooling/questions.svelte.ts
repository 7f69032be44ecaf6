/** The network asked about squares of the picture beside the one it sees. */
import { clampSquare, squareOf, type Square } from '../../core/crop';
import { argmax } from '../../core/softmax';
import { postTrace } from '../../io/api';
import type { App } from '../../state/app.svelte';

/** Moves as shares of the square's side, and sizes as multiples of it. */
const MOVES = [-0.4, -0.2, -0.1, 0, 0.1, 0.2, 0.4];
const SIZES = [0.4, 0.6, 0.8, 1, 1.25, 1.6, 2];

export interface Answer {
  square: Square;
  /** Of the class that the whole square was taken for. */
  share: number;
}

export class Questions {
  #app: App;
  #asked: AbortController | null = null;
  answers: { moves: Answer[]; sizes: Answer[] } | null = $state.raw(null);
  isAsking = $state(false);
  isRefused = $state(false);
  header = $derived.by(() => this.#app.look.trace?.header);
  guess = $derived.by(() => argmax(this.header?.probabilities ?? []));

  constructor(app: App) {
    this.#app = app;
  }

  /** Another picture, square or network has other answers. */
  forget(): void {
    this.#asked?.abort();
    this.answers = null;
  }

  async ask(): Promise<void> {
    const size = this.header?.picture;
    if (!size) return;
    this.forget();
    const { signal } = (this.#asked = new AbortController());
    const here = squareOf(size.crop);
    this.isAsking = true;
    this.isRefused = false;
    try {
      const at = (move: number, factor: number) => clampSquare(beside(here, move, factor), size);
      const moves = await this.#shares(
        MOVES.map((move) => at(move, 1)),
        signal,
      );
      const sizes = await this.#shares(
        SIZES.map((factor) => at(0, factor)),
        signal,
      );
      this.answers = { moves, sizes };
    } catch {
      this.isRefused = !signal.aborted;
    } finally {
      this.isAsking = false;
    }
  }

  /** One after the other: a class of learners asks at the same time. */
  async #shares(squares: readonly Square[], signal: AbortSignal): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const square of squares) {
      const crop = `${square.x},${square.y},${square.side}`;
      const { header } = await postTrace(this.#app.net, this.#app.picture.source, crop, signal);
      answers.push({ square, share: header.probabilities[this.guess] as number });
    }
    return answers;
  }
}

function beside({ x, y, side }: Square, move: number, factor: number): Square {
  const grown = ((factor - 1) * side) / 2;
  return { x: x + move * side - grown, y: y - grown, side: side * factor };
}
