/** A shape moved about in front of two heads, and how often each of them is right. */
import { argmax } from '../../core/softmax';
import { fetchHeads, fetchPlaces, type Heads, type Places } from '../../io/heads';
import type { Bench } from '../../state/bench.svelte';
import { FARTHEST_SHAPE, type PoolingSettings } from './settings';

/** What one network makes of the shape at one place. */
export interface Saying {
  /** Of the right class. */
  share: number;
  /** The class that it takes it for. */
  guess: number;
}

export class HeadsAsked {
  #bench: Bench<PoolingSettings>;
  #asked: AbortController | null = null;
  all: Heads | null = $state.raw(null);
  places: Places | null = $state.raw(null);
  isRefused = $state(false);

  constructor(bench: Bench<PoolingSettings>) {
    this.#bench = bench;
  }

  #set = $derived.by(() => this.#bench.settings);
  /** Half pixels, as the server draws them. */
  radius = $derived.by(() => Math.round(this.#set.r * 2) / 2);
  /** The class of the shape that is shown. */
  label = $derived.by(
    () => this.all?.classes.findIndex(({ id }) => id === this.places?.shape) ?? -1,
  );

  /** Asks for the shape that is set; what was asked before is not waited for. */
  async ask(): Promise<void> {
    this.stop();
    const { signal } = (this.#asked = new AbortController());
    this.isRefused = false;
    try {
      const [all, places] = await Promise.all([
        this.all ?? fetchHeads(signal),
        fetchPlaces(this.#set.shape, this.radius, signal),
      ]);
      if (!signal.aborted) [this.all, this.places] = [all, places];
    } catch {
      this.isRefused = !signal.aborted;
    }
  }

  stop(): void {
    this.#asked?.abort();
  }

  /** Cells along each side of what the networks see. */
  get side(): number {
    return (this.places?.span ?? 0) - 2 * FARTHEST_SHAPE;
  }

  /** What a network says of the shape moved by whole pixels. */
  at(head: string, dx: number, dy: number): Saying {
    const { shares, count } = this.places as Places;
    const classes = this.all?.classes.length ?? 0;
    const begin = ((dy + FARTHEST_SHAPE) * count + dx + FARTHEST_SHAPE) * classes;
    const row = Array.from(shares.get(head)?.subarray(begin, begin + classes) ?? []);
    return { share: row[this.label] ?? NaN, guess: argmax(row) };
  }

  /** The shares of the right class at every place, row by row. */
  map(head: string): Float64Array {
    const { shares, count } = this.places as Places;
    const classes = this.all?.classes.length ?? 0;
    const all = shares.get(head) ?? [];
    return Float64Array.from(
      { length: count * count },
      (_, i) => all[i * classes + this.label] as number,
    );
  }

  /** The bytes that the networks see of the moved shape, row by row. */
  seen(dx: number, dy: number): number[] {
    const { picture, span } = this.places as Places;
    const { side } = this;
    return Array.from({ length: side * side }, (_, i) => {
      const y = FARTHEST_SHAPE - dy + Math.floor(i / side);
      return picture[y * span + FARTHEST_SHAPE - dx + (i % side)] as number;
    });
  }
}
