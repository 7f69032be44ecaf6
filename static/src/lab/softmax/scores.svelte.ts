/** The scores on the bench: logits of some classes, the right class, temperature and smoothing. */
import type { Axis } from '../../core/axis';
import { crossEntropy, smoothedLabel } from '../../core/losses';
import { argmax, logSumExp, softmaxSteps } from '../../core/softmax';
import type { Bench } from '../../state/bench.svelte';
import {
  FARTHEST,
  FEWEST_CLASSES,
  MOST_CLASSES,
  SOFTMAX_TABLE,
  type SoftmaxSettings,
} from './settings';

/** A nudge of a logit that measures the slope of the loss. */
const NUDGE = 1e-4;

const isNear = (z: number) => Math.abs(z) <= FARTHEST;

export class Scores {
  #bench: Pick<Bench<SoftmaxSettings>, 'settings' | 'change'>;

  constructor(bench: Pick<Bench<SoftmaxSettings>, 'settings' | 'change'>) {
    this.#bench = bench;
  }

  #set = $derived.by(() => this.#bench.settings);
  logits: readonly number[] = $derived.by(() => {
    const { z } = this.#set;
    const isRight = z.length >= FEWEST_CLASSES && z.every(isNear);
    return isRight ? z : SOFTMAX_TABLE.z.first;
  });
  /** Index, in the network, of the class of every logit. */
  classes = $derived.by(() => this.#set.k);
  label = $derived.by(() => Math.min(this.#set.y, this.logits.length - 1));
  temperature = $derived.by(() => this.#set.t);
  smoothing = $derived.by(() => this.#set.s);

  count = $derived(this.logits.length);
  steps = $derived(softmaxSteps(this.logits, this.temperature));
  shares = $derived(this.steps.shares);
  guess = $derived(argmax(this.logits));
  target = $derived(smoothedLabel(this.label, this.count, this.smoothing));
  loss = $derived(crossEntropy.value(this.steps.scaled, this.target));
  /** p - target: the slope of the loss at every (scaled) logit. */
  gradient = $derived(crossEntropy.gradient(this.steps.scaled, this.target));
  /** The same slope without the formula: the loss a little to the right, less that to the left. */
  measured = $derived(this.steps.scaled.map((_, i) => this.#nudge(i)));

  #nudge(index: number): number {
    const { scaled } = this.steps;
    const beside = (by: number) =>
      crossEntropy.value(
        scaled.map((z, i) => (i === index ? z + by : z)),
        this.target,
      );
    return (beside(NUDGE) - beside(-NUDGE)) / (2 * NUDGE);
  }

  set(index: number, logit: number): void {
    this.#bench.change({ z: this.logits.map((z, i) => (i === index ? logit : z)) });
  }

  /** Other scores; the label stays where it can. */
  take(logits: readonly number[], classes: readonly number[] = [], label = this.label): void {
    this.#bench.change({ z: [...logits], k: classes, y: Math.min(label, logits.length - 1) });
  }

  level(): void {
    this.take(
      this.logits.map(() => 0),
      this.classes,
    );
  }

  /** More classes begin with a logit of 0. */
  resize(count: number): void {
    const logits = Array.from({ length: count }, (_, i) => this.logits[i] ?? 0);
    this.take(logits, this.classes.slice(0, count));
  }

  mayAdd(amount: number): boolean {
    return this.logits.every((z) => isNear(z + amount));
  }

  add(amount: number): void {
    this.#bench.change({ z: this.logits.map((z) => z + amount) });
  }

  /** Moves the right class's logit so that its share becomes p, between 0 and 1. */
  reach(p: number): void {
    const { scaled } = this.steps;
    const others = logSumExp(scaled.filter((_, i) => i !== this.label));
    const wanted = this.temperature * (others + Math.log(p / (1 - p)));
    this.set(this.label, Math.min(FARTHEST, Math.max(-FARTHEST, wanted)));
  }

  choose(part: Partial<Pick<SoftmaxSettings, 'y' | 't' | 's'>>): void {
    this.#bench.change(part);
  }
}

/** Logits that a hand can drag to at first; keys and what is added to all lead further. */
const REACH = 5;

/** Whole fives around all logits, 0 in the middle. */
export function axisOf(logits: readonly number[]): Axis {
  const far = Math.max(REACH, ...logits.map((z) => Math.ceil(Math.abs(z) / REACH) * REACH));
  return { lo: -far, hi: far, isLog: false };
}

/** Indices of the largest logits, from high to low: as many as the bench has room for. */
export function largestOf(logits: readonly number[]): number[] {
  const order = [...logits.keys()].sort((a, b) => (logits[b] as number) - (logits[a] as number));
  return order.slice(0, MOST_CLASSES);
}
