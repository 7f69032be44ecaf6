/** A small network that learns points in the plane while it is watched. */
import { Adam, makeMlp, slopes, type Mlp, type Points, type Step } from '../../core/mlp';
import { fieldsOf, hiddenRange, sumOf } from '../../core/plane';
import { drawPoints } from '../../core/points';
import { makeRandom } from '../../core/random';
import type { Bench } from '../../state/bench.svelte';
import { MOST_UNITS, PLANE_TABLE, type PlaneSettings } from './settings';

const COUNT = 200;
/** Steps between two drawings while it plays, and the time between them: a calm pace. */
const STRIDE = 6;
const DRAW_MS = 100;
/** Steps between two drawings where many were asked for. */
const GO = 25;

/** One network from its first step on; its numbers change in place, and `steps` says so. */
class Learner {
  net: Mlp;
  #adam: Adam;
  #points: Points;
  steps = $state(0);
  history: readonly Step[] = $state.raw([]);

  constructor(net: Mlp, points: Points) {
    this.net = net;
    this.#adam = new Adam(net);
    this.#points = points;
  }

  step(count: number, rate: number): void {
    const seen = Array.from({ length: count }, () => this.#adam.step(this.#points, rate));
    this.history = [...this.history, ...seen];
    this.steps += count;
  }
}

export class Trainer {
  #bench: Pick<Bench<PlaneSettings>, 'settings' | 'change'>;
  #frame = 0;
  #drawn_ms = 0;
  /** Steps still to go; Infinity while it plays. */
  #left = 0;
  #round = $state(0);
  isPlaying = $state(false);
  /** The network beside it, which begins with it and takes the same steps. */
  #beside: Trainer | null;

  constructor(
    bench: Pick<Bench<PlaneSettings>, 'settings' | 'change'>,
    beside: Trainer | null = null,
  ) {
    this.#bench = bench;
    this.#beside = beside;
  }

  #set = $derived.by(() => this.#bench.settings);
  units = $derived.by(() => rightUnits(this.#set.units));
  /** What a network begins from, as a text: another rate or probe does not begin anew. */
  #start = $derived.by(() => {
    const { data, act, vs, noise, seed } = this.#set;
    return JSON.stringify({ data, act, vs, noise, seed, units: this.units });
  });
  points: Points = $derived.by(() => {
    const { data, noise, seed } = JSON.parse(this.#start) as PlaneSettings;
    return drawPoints(data, COUNT, noise, seed);
  });
  #learner = $derived.by(() => {
    void this.#round;
    const { act, seed, units } = JSON.parse(this.#start) as PlaneSettings;
    return new Learner(makeMlp([2, ...units, 2], act, makeRandom(seed + 100)), this.points);
  });

  steps = $derived.by(() => this.#learner.steps);
  history = $derived.by(() => this.#learner.history);
  seen: Step = $derived.by(() => slopes(this.#now(), this.points));
  fields = $derived.by(() => fieldsOf(this.#now()));
  hidden = $derived.by(() => hiddenRange(this.#now(), this.points.xs));
  probe = $derived.by(() => pair(this.#set.at));
  chosen = $derived.by(() => this.#chosen());
  sum = $derived.by(() => sumOf(this.#now(), ...this.chosen, this.probe));

  /** The network as it is after its last step. */
  #now(): Mlp {
    void this.#learner.steps;
    return this.#learner.net;
  }

  /** Layer and unit that are computed by hand; the first where the address names none that is there. */
  #chosen(): readonly [number, number] {
    const [layer, unit] = pair(this.#set.unit);
    const count = [...this.units, 2][layer] ?? 0;
    return Number.isInteger(unit) && unit >= 0 && unit < count ? [layer, unit] : [0, 0];
  }

  change(part: Partial<PlaneSettings>): void {
    this.#bench.change(part);
  }

  /** The same network from its beginning. */
  reset(): void {
    this.rest();
    this.#round += 1;
    this.#beside?.reset();
  }

  step(count: number): void {
    this.#learner.step(count, this.#set.lr);
    if (this.#set.vs) this.#beside?.step(count);
  }

  toggle(): void {
    if (this.isPlaying) this.rest();
    else this.go(Infinity);
  }

  /** So many steps, with drawings between them. */
  go(count: number): void {
    this.rest();
    this.#left = count;
    this.isPlaying = true;
    this.#frame = requestAnimationFrame(this.#tick);
  }

  rest(): void {
    cancelAnimationFrame(this.#frame);
    this.isPlaying = false;
  }

  #tick = (now_ms: number): void => {
    if (now_ms - this.#drawn_ms >= DRAW_MS) {
      const count = Math.min(this.#left, this.#left === Infinity ? STRIDE : GO);
      this.#drawn_ms = now_ms;
      this.#left -= count;
      this.step(count);
    }
    if (this.#left > 0) this.#frame = requestAnimationFrame(this.#tick);
    else this.rest();
  };
}

function pair([a = 0, b = 0]: readonly number[]): readonly [number, number] {
  return [a, b];
}

/** What a bench can show of what an address asks for. */
function rightUnits(units: readonly number[]): readonly number[] {
  const isRight = units.every((n) => Number.isInteger(n) && n >= 1 && n <= MOST_UNITS);
  return isRight ? units : PLANE_TABLE.units.first;
}
