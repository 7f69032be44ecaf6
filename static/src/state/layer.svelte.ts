/** What the canvas shows in place of the values: another trace of the same nodes, fetched when asked. */
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { gradientOf, type LayerKind } from '../core/layers';
import type { Problem } from '../core/types';
import { floatsOf } from '../core/wire';
import {
  AwayError,
  fetchDifference,
  fetchExact,
  fetchGradient,
  ProblemError,
  type Trace,
} from '../io/api';
import type { Look } from './look.svelte';
import type { Values } from './scales.svelte';

const GONE = 410;

export interface LayerAsk {
  kind: LayerKind;
  /** A class id; null = the predicted one. */
  of: string | null;
}

export class Layer implements Values {
  problem: Problem | null = $state.raw(null);
  #look: Look;
  #ask: () => LayerAsk;
  #found: { kind: LayerKind; trace: Trace } | null = $state.raw(null);
  #current = new AbortController();
  #wanted = new Set<string>();
  #exact = new SvelteMap<string, Float32Array>();

  /** The class that a gradient is of: the asked one where the network has it. */
  of: string = $derived.by(() => {
    const header = this.#look.trace?.header;
    const asked = this.#ask().of;
    if (!header) return '';
    if (asked !== null && header.classes.includes(asked)) return asked;
    const { probabilities, classes } = header;
    return classes[probabilities.indexOf(Math.max(...probabilities))] ?? '';
  });
  #asked: LayerKind = $derived.by(() => this.#ask().kind);
  /** The other trace while it belongs to what is shown; null = the values themselves. */
  #other: Trace | null = $derived.by(() => {
    const [found, shown] = [this.#found?.trace, this.#look.trace];
    const isOther = this.#asked !== 'values' && found !== undefined && shown !== null;
    return isOther && found.header.model === shown.header.model ? found : null;
  });

  constructor(look: Look, ask: () => LayerAsk) {
    this.#look = look;
    this.#ask = ask;
  }

  get trace(): Trace | null {
    return this.#other ?? this.#look.trace;
  }

  get exact(): ReadonlyMap<string, Float32Array> {
    return this.#other ? this.#exact : this.#look.exact;
  }

  /** What is drawn, which is what was asked for before until that is here. */
  get kind(): LayerKind {
    return this.#other && this.#found ? this.#found.kind : 'values';
  }

  /** Fetches what is asked for; a later call wins, and until then the layer stays as it is. */
  async follow(): Promise<void> {
    const [kind, make] = [this.#asked, this.#maker()];
    this.#current.abort();
    const { signal } = (this.#current = new AbortController());
    if (!make) return untrack(() => this.#show(null));
    try {
      const trace = await make(signal);
      if (signal.aborted) return;
      this.#show({ kind, trace });
      await this.#prefetch();
    } catch (error) {
      if (!signal.aborted) await this.#refuse(error);
    }
  }

  /** Forgets what is on its way; for a view that goes away. */
  stop(): void {
    this.#current.abort();
  }

  /** How the asked layer is come by; null where it is what the look shows already. */
  #maker(): ((signal: AbortSignal) => Promise<Trace>) | null {
    const { trace, original } = this.#look;
    const [of, name] = [gradientOf(this.#asked), this.of];
    if (!trace || !original) return null;
    const { trace_id: id } = trace.header;
    if (of) return name ? (signal) => fetchGradient(id, { class: name, of }, signal) : null;
    if (trace === original) return null;
    if (this.#asked === 'original') return () => Promise.resolve(original);
    return this.#asked === 'difference' ? (signal) => fetchDifference(id, signal) : null;
  }

  /** The numbers that are written on the canvas, and all of a small network. */
  async #prefetch(): Promise<void> {
    const { card, isSmall } = this.#look;
    const written = card.nodes.at(-1)?.inputs ?? [];
    await this.needExact(isSmall ? card.nodes.map(({ id }) => id) : written);
  }

  #show(found: { kind: LayerKind; trace: Trace } | null): void {
    this.#found = found;
    this.#wanted = new Set();
    this.#exact.clear();
    this.problem = null;
  }

  /** A server that is away shows in the picture's own request; a trace that has gone is made again. */
  async #refuse(error: unknown): Promise<void> {
    this.#show(null);
    if (error instanceof AwayError) return;
    if (!(error instanceof ProblemError)) throw error;
    if (error.problem.status === GONE) await this.#look.again();
    else this.problem = error.problem;
  }

  async needExact(ids: readonly string[]): Promise<void> {
    const trace = this.#other;
    if (!trace) return this.#look.needExact(ids);
    const wanted = this.#wanted;
    const missing = ids.filter((id) => !wanted.has(id) && trace.tensors.has(id));
    if (missing.length === 0) return;
    for (const id of missing) wanted.add(id);
    const { signal } = this.#current;
    try {
      const tensors = await fetchExact(trace.header.trace_id, missing, signal);
      if (signal.aborted || this.#other !== trace) return;
      for (const id of missing) this.#exact.set(id, floatsOf(tensors, id));
    } catch (error) {
      for (const id of missing) wanted.delete(id);
      if (!signal.aborted) await this.#refuse(error);
    }
  }
}
