/** What the layer view shows: a picture in a network, what is known of it, and what is pointed at. */
import { SvelteMap } from 'svelte/reactivity';
import { mapStack } from '../core/maps';
import type { Cell } from '../core/pan';
import type { NodeInfo, Problem } from '../core/types';
import { floatsOf, type Tensor } from '../core/wire';
import {
  AwayError,
  fetchCard,
  fetchExact,
  fetchWeights,
  postTrace,
  ProblemError,
  type Card,
  type PageData,
  type Trace,
} from '../io/api';
import { reweighed } from '../core/reweigh';
import { Followed } from './followed.svelte';
import type { Crop, Picture } from './pictures.svelte';

/** One map of a node, and a cell of it when y and x are given. */
export interface Place {
  node: string;
  channel: number;
  y?: number;
  x?: number;
}

/** fresh: what is asked for is drawn; slow: no answer for a second; busy, away: tried again. */
export type Link = 'fresh' | 'loading' | 'slow' | 'busy' | 'away';

/** Below this the whole network's numbers are fetched at once. */
const WHOLE_NET_BYTES = 2 << 20;
const WHOLE_WEIGHTS = 1 << 19;
const SLOW_MS = 1000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000] as const;
const GONE = 410;
const BUSY = 503;

/** A trace as it was made, and as it is shown. */
interface Made {
  original: Trace;
  trace: Trace;
}

const NOWHERE: NodeInfo = {
  ...{ id: '', op: 'other', label: '', note: '', parameters: 0, block: 0 },
  ...{ inputs: [], shape: [], weights: {}, geometry: { kind: 'other', function: '' } },
};

export class Look {
  card: Card = $state.raw() as Card;
  trace: Trace | null = $state.raw(null);
  /** The trace of the same picture without edits; the same as `trace` where there are none. */
  original: Trace | null = $state.raw(null);
  /** The picture and crop that `trace` shows. */
  shown: { picture: Picture; crop: Crop | null } | null = $state.raw(null);
  /** Exact float32 values by node, of the trace that is shown. */
  exact = new SvelteMap<string, Float32Array>();
  /** Weights by state_dict name, of the network that is shown. */
  weights = new SvelteMap<string, Tensor>();
  hover: Place | null = $state.raw(null);
  /**
   * The cell of the opened map where its window stands while a hand or an animation moves it; null
   * at rest: then it is the chosen cell, which alone is written to the address.
   */
  get cursor(): Cell | null {
    return this.#cursor.now;
  }
  set cursor(to: Cell | null) {
    this.#cursor.now = to;
    if (!to) this.#cursor.settle();
  }
  /** The same for what is read: numbers that changed at every frame could not be. */
  get followed(): Cell | null {
    return this.#cursor.read;
  }
  /** What is read stands where the window does, now. */
  settle(): void {
    this.#cursor.settle();
  }
  /** The term of the opened cell that is lit: its place in the list of all terms of its parts. */
  term: number | null = $state(null);
  /** The lit term in words, from the card that lights it. */
  said: string | null = $state(null);
  link: Link = $state('loading');
  problem: Problem | null = $state.raw(null);

  /** As `Values`: what the network made. */
  readonly kind = 'values';
  #plain = $derived(new Map(this.card.nodes.map((node) => [node.id, node])));
  /** With other functions in their places where they were swapped. */
  nodes: ReadonlyMap<string, NodeInfo> = $derived.by(() => {
    const header = this.trace?.header;
    const isSwapped = header?.edits.some(({ kind }) => kind === 'activation' || kind === 'pooling');
    return header && isSwapped ? new Map(header.nodes.map((each) => [each.id, each])) : this.#plain;
  });
  /** Makes the trace that is shown of one that was just made; the edits set it. */
  revise: ((original: Trace, signal: AbortSignal) => Promise<Trace>) | null = null;

  #cursor = new Followed<Cell | null>(null);
  #cards = new Map<string, Card>();
  /** Weights without edits. */
  #pristine = new Map<string, Tensor>();
  /** Ends what belongs to the picture, and to the network, when another takes its place. */
  #current = new AbortController();
  #network = new AbortController();
  /** Nodes whose exact values, and whose weights, were asked for. */
  #wanted = new Set<string>();
  #weighed = new Set<string>();
  #isOpening = false;
  /** The trace that was made again after the server had dropped it. */
  #remade: Trace | null = null;

  constructor(page: PageData) {
    this.card = page.card;
    this.#cards.set(page.card.id, page.card);
  }

  /** The node; an empty one where it is gone, for views that are just being taken away. */
  node(id: string): NodeInfo {
    return this.nodes.get(id) ?? NOWHERE;
  }

  /**
   * Shows a picture in a network; a later call wins, the drawn picture stays until then.
   * @returns false when the server refused the picture: `problem` says why
   */
  async open(model: string, picture: Picture, crop: Crop | null): Promise<boolean> {
    this.#current.abort();
    const { signal } = (this.#current = new AbortController());
    this.#isOpening = true;
    const slow = setTimeout(() => this.#saySlow(signal), SLOW_MS);
    try {
      const found = await this.#patiently(signal, () => this.#ask(model, picture, crop, signal));
      if (found) this.#show(...found, { picture, crop });
      return true;
    } catch (error) {
      this.#refuse(error);
      return false;
    } finally {
      clearTimeout(slow);
      if (!signal.aborted) this.#isOpening = false;
    }
  }

  /** The card of a network that is not of the page's list; null when there is none: see `problem`. */
  async learn(model: string): Promise<Card | null> {
    const { signal } = this.#current;
    try {
      const card = await this.#patiently(signal, () => fetchCard(model, signal));
      if (card) this.#cards.set(model, card);
      return card;
    } catch (error) {
      this.#refuse(error);
      return null;
    }
  }

  /** Away and busy say more than slow. */
  #saySlow(signal: AbortSignal): void {
    const isQuiet = this.link === 'fresh' || this.link === 'loading';
    if (isQuiet && !signal.aborted) this.link = 'slow';
  }

  #ask(model: string, picture: Picture, crop: Crop | null, signal: AbortSignal) {
    const square = crop ? `${crop.x},${crop.y},${crop.side}` : '';
    const traced = postTrace(model, picture.source, square, signal);
    const revised = traced.then(async (original) => ({
      original,
      trace: (await this.revise?.(original, signal)) ?? original,
    }));
    return Promise.all([this.#cards.get(model) ?? fetchCard(model, signal), revised]);
  }

  #show(card: Card, made: Made, shown: NonNullable<Look['shown']>): void {
    if (card !== this.card) this.#forgetNetwork();
    this.#cards.set(card.id, card);
    // What is known of the same numbers stays: a view that takes over from another shows it at once.
    if (made.trace.header.trace_id !== this.trace?.header.trace_id) {
      this.exact.clear();
      this.#wanted = new Set();
      this.term = null;
    }
    this.card = card;
    this.original = made.original;
    this.trace = made.trace;
    this.#reweigh();
    this.shown = shown;
    this.link = 'fresh';
  }

  /** Shows the same picture with other edits; exact numbers that are here already come with it. */
  replace(trace: Trace, exact: ReadonlyMap<string, Tensor>): void {
    this.trace = trace;
    this.#wanted = new Set(exact.keys());
    for (const id of [...this.exact.keys()]) if (!exact.has(id)) this.exact.delete(id);
    for (const id of exact.keys()) this.exact.set(id, floatsOf(exact, id));
    this.#reweigh();
  }

  /** The weights as the edits of the shown trace have them. */
  #reweigh(): void {
    const edits = (this.trace?.header.edits ?? []).filter(({ kind }) => kind === 'weight');
    for (const [name, tensor] of this.#pristine) {
      const edited = reweighed(tensor, name, edits);
      if (edited !== this.weights.get(name)) this.weights.set(name, edited);
    }
  }

  #forgetNetwork(): void {
    this.#network.abort();
    this.#network = new AbortController();
    this.hover = null;
    this.cursor = null;
    this.weights.clear();
    this.#pristine.clear();
    this.#weighed = new Set();
  }

  /** Repeats `work` while the server is away or busy; null when something else took its place. */
  async #patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const done = await work();
        if (signal.aborted) return null;
        if (attempt > 0 && !this.#isOpening) this.link = 'fresh';
        return done;
      } catch (error) {
        if (signal.aborted) return null;
        if (!this.#mayRetry(error)) throw error;
        await this.#pause(attempt, error);
      }
    }
    return null;
  }

  #mayRetry(error: unknown): boolean {
    return (
      error instanceof AwayError || (error instanceof ProblemError && error.problem.status === BUSY)
    );
  }

  async #pause(attempt: number, error: unknown): Promise<void> {
    this.link = error instanceof ProblemError ? 'busy' : 'away';
    const wait_ms =
      error instanceof ProblemError
        ? error.retryAfter_s * 1000
        : (RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] as number);
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
  }

  #refuse(error: unknown): void {
    if (!(error instanceof ProblemError)) throw error;
    this.problem = error.problem;
    this.link = 'fresh';
  }

  /** Whether the numbers of the whole network are small enough to fetch at once. */
  get isSmall(): boolean {
    const floats = this.card.nodes.reduce((sum, node) => {
      const stack = mapStack(node);
      return sum + stack.count * stack.height * stack.width;
    }, 0);
    return floats * Float32Array.BYTES_PER_ELEMENT <= WHOLE_NET_BYTES;
  }

  /** Fetches what hovering will need: the exact numbers and weights of a small network. */
  async prefetch(): Promise<void> {
    if (this.isSmall) await this.needExact(this.card.nodes.map((node) => node.id));
    if (this.card.parameters <= WHOLE_WEIGHTS) {
      await this.needWeights(this.card.nodes.map((node) => node.id));
    }
  }

  /** Makes sure the exact values of some nodes are here or on their way. */
  async needExact(ids: readonly string[]): Promise<void> {
    const trace = this.trace;
    const wanted = this.#wanted;
    const missing = ids.filter((id) => !wanted.has(id) && trace?.tensors.has(id));
    if (!trace || missing.length === 0) return;
    for (const id of missing) wanted.add(id);
    const { signal } = this.#current;
    try {
      const ask = () => fetchExact(trace.header.trace_id, missing, signal);
      const tensors = await this.#patiently(signal, ask);
      if (tensors && this.trace?.header.trace_id === trace.header.trace_id) {
        for (const id of missing) this.exact.set(id, floatsOf(tensors, id));
      } else for (const id of missing) wanted.delete(id);
    } catch (error) {
      for (const id of missing) wanted.delete(id);
      await this.#remake(trace, ids, error);
    }
  }

  /** Sends the picture again, once for each time that its trace has gone. */
  async again(): Promise<void> {
    const { trace, shown } = this;
    if (!trace || !shown || trace === this.#remade) return;
    await this.open(this.card.id, shown.picture, shown.crop);
    this.#remade = this.trace;
  }

  /** A trace that the server dropped is made again, once, by sending the picture again. */
  async #remake(trace: Trace, ids: readonly string[], error: unknown): Promise<void> {
    const isGone = error instanceof ProblemError && error.problem.status === GONE;
    if (!isGone || !this.shown) return this.#refuse(error);
    if (trace !== this.trace || trace === this.#remade) return;
    await this.again();
    await this.needExact(ids);
  }

  /** Makes sure the weights of some nodes are here or on their way. */
  async needWeights(ids: readonly string[]): Promise<void> {
    const { id: model } = this.card;
    const weighed = this.#weighed;
    const missing = ids.filter((id) => !weighed.has(id) && this.#hasWeights(id));
    if (missing.length === 0) return;
    for (const id of missing) weighed.add(id);
    const { signal } = this.#network;
    try {
      const tensors = await this.#patiently(signal, () => fetchWeights(model, missing, signal));
      for (const [name, tensor] of tensors ?? []) this.#pristine.set(name, tensor);
      this.#reweigh();
    } catch (error) {
      for (const id of missing) weighed.delete(id);
      this.#refuse(error);
    }
  }

  #hasWeights(id: string): boolean {
    return Object.keys(this.nodes.get(id)?.weights ?? {}).length > 0;
  }
}
