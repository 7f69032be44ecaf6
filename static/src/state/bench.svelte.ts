/** How a bench of the lab is set: the address says it, and is written when the hand rests. */
import { decodeSettings, encodeSettings, type SettingsTable } from '../core/settings';
import type { App } from './app.svelte';

/** Browsers stop an address that changes at every step of a slider. */
const REST_MS = 250;

export class Bench<S extends object> {
  #app: App;
  #table: SettingsTable<S>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the hand has set, and the address from which it began. */
  #draft: { settings: S; from: string } | null = $state.raw(null);
  #address = $derived.by(() => {
    const { view, bench, set } = this.#app.state;
    return [view, bench, set].join();
  });

  /** A change of the address from outside wins over what is not written yet. */
  settings: S = $derived.by(() =>
    this.#draft && this.#draft.from === this.#address
      ? this.#draft.settings
      : decodeSettings(this.#table, this.#app.state.set),
  );

  constructor(app: App, table: SettingsTable<S>) {
    this.#app = app;
    this.#table = table;
  }

  change(part: Partial<S>): void {
    this.#draft = { settings: { ...this.settings, ...part }, from: this.#address };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.rest(), REST_MS);
  }

  /** Writes what the hand has set; called when the bench is left, too. */
  rest(): void {
    clearTimeout(this.#timer);
    const draft = this.#draft;
    if (draft && draft.from === this.#address) {
      this.#app.go({ set: encodeSettings(this.#table, draft.settings) }, false);
    }
    this.#draft = null;
  }
}

/** The settings of a bench that is being opened; written when it is left. Called by its component. */
export function openBench<S extends object>(app: App, table: SettingsTable<S>): Bench<S> {
  const bench = new Bench(app, table);
  $effect(() => () => bench.rest());
  return bench;
}
