/** Runs whose curves are drawn beside the one that is open. */
import type { PageData } from '../io/api';
import { fetchRun } from '../io/runs';
import { Session } from './session.svelte';

export class Overlays {
  all: readonly Session[] = $state.raw([]);
  #page: PageData;
  #wanted: readonly string[] = [];

  constructor(page: PageData) {
    this.#page = page;
  }

  /** Opens the runs with these ids, closes all others; one that is gone is left out. */
  follow(ids: readonly string[]): void {
    this.#wanted = ids;
    for (const session of this.all) if (!ids.includes(session.run.id)) session.close();
    const kept = this.all.filter(({ run }) => ids.includes(run.id));
    this.all = kept;
    const missing = ids.filter((id) => !kept.some(({ run }) => run.id === id));
    for (const id of missing) void this.#open(id);
  }

  async #open(id: string): Promise<void> {
    const run = await fetchRun(id, new AbortController().signal).catch(() => null);
    const isWanted = this.#wanted.includes(id) && !this.all.some((each) => each.run.id === id);
    if (!run || !isWanted) return;
    const place = (session: Session) => this.#wanted.indexOf(session.run.id);
    const all = [...this.all, new Session(this.#page, run)];
    // In whatever order they come: a run's colour is that of its place.
    this.all = all.toSorted((a, b) => place(a) - place(b));
  }
}
