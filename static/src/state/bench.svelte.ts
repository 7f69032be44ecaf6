/** How a bench of the lab is set: the address says it, and is written when the hand rests. */
import { decodeSettings, encodeSettings, type SettingsTable } from '../core/settings';
import type { State } from '../core/url';
import type { App } from './app.svelte';

/** What of the address says which bench is open and how it is set. */
function placeOf({ view, bench, set }: State): string {
  return [view, bench, set].join();
}

export class Bench<S extends object> {
  #app: App;
  #table: SettingsTable<S>;
  /** What the hand has set, and the address from which it began. */
  #draft: { settings: S; from: string } | null = $state.raw(null);
  #place = $derived.by(() => placeOf(this.#app.state));

  /** A change of the address from outside wins over what is not written yet. */
  settings: S = $derived.by(() =>
    this.#draft && this.#draft.from === this.#place
      ? this.#draft.settings
      : decodeSettings(this.#table, this.#app.state.set),
  );

  constructor(app: App, table: SettingsTable<S>) {
    this.#app = app;
    this.#table = table;
  }

  change(part: Partial<S>): void {
    const from = this.#place;
    const settings = { ...this.settings, ...part };
    this.#draft = { settings, from };
    this.#app.hold((state) =>
      placeOf(state) === from ? { set: encodeSettings(this.#table, settings) } : {},
    );
  }
}
