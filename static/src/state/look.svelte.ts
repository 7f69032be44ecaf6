/** What the layer view shows: a picture in a network, what is known of it, and what is pointed at. */
import { SvelteMap } from 'svelte/reactivity';
import { mapStack } from '../core/maps';
import type { NodeInfo, Problem } from '../core/types';
import { floatsOf, type Tensor } from '../core/wire';
import {
  AwayError,
  fetchCard,
  fetchExact,
  fetchWeights,
  isHealthy,
  postTrace,
  ProblemError,
  type Card,
  type PageData,
  type Trace,
} from '../io/api';
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

export class Look {
  card: Card = $state.raw() as Card;
  trace: Trace | null = $state.raw(null);
  /** The picture and crop that `trace` shows. */
  shown: { picture: Picture; crop: Crop | null } | null = $state.raw(null);
  /** Exact float32 values by node, of the trace that is shown. */
  exact = new SvelteMap<string, Float32Array>();
  /** Weights by state_dict name, of the network that is shown. */
  weights = new SvelteMap<string, Tensor>();
  hover: Place | null = $state.raw(null);
  link: Link = $state('loading');
  problem: Problem | null = $state.raw(null);

  nodes: ReadonlyMap<string, NodeInfo> = $derived(
    new Map(this.card.nodes.map((node) => [node.id, node])),
  );

  #cards = new Map<string, Card>();
  #current = new AbortController();
  /** Nodes whose exact values, and whose weights, were asked for. */
  #wanted = new Set<string>();
  #weighed = new Set<string>();

  constructor(page: PageData) {
    this.card = page.card;
    this.#cards.set(page.card.id, page.card);
  }

  node(id: string): NodeInfo {
    return this.nodes.get(id) as NodeInfo;
  }

  /** Shows a picture in a network; a later call wins, the drawn picture stays until then. */
  async open(model: string, picture: Picture, crop: Crop | null): Promise<void> {
    this.#current.abort();
    const control = (this.#current = new AbortController());
    const slow = setTimeout(() => (this.link = 'slow'), SLOW_MS);
    try {
      await this.#patiently(control.signal, () => this.#load(model, picture, crop, control.signal));
    } finally {
      clearTimeout(slow);
    }
  }

  async #load(model: string, picture: Picture, crop: Crop | null, signal: AbortSignal) {
    const square = crop ? `${crop.x},${crop.y},${crop.side}` : '';
    const [card, trace] = await Promise.all([
      this.#cards.get(model) ?? fetchCard(model, signal),
      postTrace(model, picture.source, square, signal),
    ]);
    if (signal.aborted) return;
    if (card !== this.card) this.#forgetWeights();
    this.#cards.set(model, card);
    this.exact.clear();
    this.#wanted.clear();
    this.card = card;
    this.trace = trace;
    this.shown = { picture, crop };
    this.link = 'fresh';
  }

  #forgetWeights(): void {
    this.weights.clear();
    this.#weighed.clear();
  }

  /** Repeats `work` while the server is away or busy; a refusal is shown and ends it. */
  async #patiently(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) return;
        if (!this.#mayRetry(error)) return this.#refuse(error);
        await this.#pause(attempt, error);
      }
    }
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
  get #isSmall(): boolean {
    const floats = this.card.nodes.reduce((sum, node) => {
      const stack = mapStack(node);
      return sum + stack.count * stack.height * stack.width;
    }, 0);
    return floats * Float32Array.BYTES_PER_ELEMENT <= WHOLE_NET_BYTES;
  }

  /** Fetches what hovering will need: the exact numbers and weights of a small network. */
  async prefetch(): Promise<void> {
    if (this.#isSmall) await this.needExact(this.card.nodes.map((node) => node.id));
    if (this.card.parameters <= WHOLE_WEIGHTS) {
      await this.needWeights(this.card.nodes.map((node) => node.id));
    }
  }

  /** Makes sure the exact values of some nodes are here or on their way. */
  async needExact(ids: readonly string[]): Promise<void> {
    const trace = this.trace;
    const missing = ids.filter((id) => !this.#wanted.has(id) && trace?.tensors.has(id));
    if (!trace || missing.length === 0) return;
    for (const id of missing) this.#wanted.add(id);
    try {
      const signal = this.#current.signal;
      const tensors = await fetchExact(trace.header.trace_id, missing, signal);
      if (this.trace !== trace) return;
      for (const id of missing) this.exact.set(id, floatsOf(tensors, id));
    } catch (error) {
      for (const id of missing) this.#wanted.delete(id);
      await this.#recover(error);
    }
  }

  /** A trace that the server dropped is made again by sending the picture again. */
  async #recover(error: unknown): Promise<void> {
    if (error instanceof ProblemError && error.problem.status === GONE && this.shown) {
      await this.open(this.card.id, this.shown.picture, this.shown.crop);
    } else if (error instanceof AwayError) {
      await this.watch();
    }
  }

  /** Makes sure the weights of some nodes are here or on their way. */
  async needWeights(ids: readonly string[]): Promise<void> {
    const card = this.card;
    const missing = ids.filter((id) => this.#lacksWeights(id));
    if (missing.length === 0) return;
    for (const id of missing) this.#weighed.add(id);
    try {
      const tensors = await fetchWeights(card.id, missing);
      if (this.card !== card) return;
      for (const [name, tensor] of tensors) this.weights.set(name, tensor);
    } catch (error) {
      for (const id of missing) this.#weighed.delete(id);
      await this.#recover(error);
    }
  }

  #lacksWeights(id: string): boolean {
    return !this.#weighed.has(id) && Object.keys(this.nodes.get(id)?.weights ?? {}).length > 0;
  }

  /** Says that the server is away until it answers again; the drawn picture stays explorable. */
  async watch(): Promise<void> {
    if (this.link === 'away') return;
    const signal = this.#current.signal;
    this.link = 'away';
    for (let attempt = 0; !signal.aborted && !(await isHealthy()); attempt++) {
      const wait_ms = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] as number;
      await new Promise((resolve) => setTimeout(resolve, wait_ms));
    }
    if (signal.aborted) return;
    this.link = 'fresh';
    await this.prefetch();
  }
}
