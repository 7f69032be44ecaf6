/** What a run can be made of: data sets, networks to choose or to start from, and the one examined. */
import type { Listing } from '../core/dataset';
import { Latest } from '../core/latest';
import type { Examined } from '../core/plan';
import type { Options, Run, Value } from '../core/run';
import type { ModelSummary, Problem } from '../core/types';
import { request } from '../io/api';
import { deleteSet, download, fetchListings, type Progress, type Taken } from '../io/data';
import { examine, fetchPresets, STYLE, type Preset, type Presets } from '../io/plans';
import { problemOf } from './problem';

/** A run's id as something to start from. */
export const RUN = 'run-';

/** The network for what a data set holds, where the one that was chosen cannot take it. */
const HOME = { pictures: 'tiny8', points: 'points-mlp' } as const;

/** Options that decide which layers a network has. */
const SHAPING = ['data', 'net', 'layers', 'start', ...STYLE];

export class SetupState {
  sets: readonly Listing[] = $state.raw([]);
  presets: Presets | null = $state.raw(null);
  /** Shipped networks. */
  zoo: readonly ModelSummary[] = $state.raw([]);
  /** Why the lists are not there. */
  problem: Problem | null = $state.raw(null);
  /** The network of the options; null until it was examined, or when it cannot be. */
  examined: Examined | null = $state.raw(null);
  planProblem: Problem | null = $state.raw(null);

  #plans = new Latest<Options>((options, signal) => this.#examine(options, signal));
  #asked = '';

  async load(signal: AbortSignal): Promise<void> {
    const read = (response: Response) => response.json() as Promise<readonly ModelSummary[]>;
    this.problem = null;
    try {
      [this.sets, this.presets, this.zoo] = await Promise.all([
        fetchListings(signal),
        fetchPresets(signal),
        request('/api/models', { signal }, read),
      ]);
    } catch (error) {
      if (!signal.aborted) this.problem = problemOf(error);
    }
  }

  set(id: string): Listing | undefined {
    return this.sets.find((each) => each.id === id);
  }

  /** The preset that the options make a network of: a shipped network to start from has its own. */
  preset(options: Options): Preset | undefined {
    const all = this.presets?.presets ?? [];
    const start = options['start'];
    const begun = start ? all.find(({ zoo }) => zoo === start) : undefined;
    return begun ?? all.find(({ id }) => id === options['net']);
  }

  /**
   * What to set to start from a shipped network or from a run: a run brings its layers along, a
   * shipped network has a preset of its own.
   */
  starting(start: string, runs: readonly Run[]): Options {
    const options = runs.find(({ id }) => RUN + id === start)?.options ?? {};
    const names = ['net', 'layers', ...STYLE].filter((name) => name in options);
    const own = Object.fromEntries(names.map((name) => [name, options[name] as Value]));
    const preset = this.presets?.presets.find(({ zoo }) => zoo !== '' && zoo === start);
    return { start, layers: null, ...(preset && { net: preset.id }), ...own };
  }

  /** What to set beside a data set: a network that takes what it holds. */
  fitting(data: string, options: Options): Options {
    const what = this.set(data)?.shape.length === 1 ? 'points' : 'pictures';
    const preset = this.preset(options);
    if (!preset || preset.takes.includes(what)) return { data };
    return { data, net: HOME[what], layers: null, start: '', freeze: 'none' };
  }

  /** Examines the network of the options, once for each that differs. */
  check(options: Options): void {
    const asked = JSON.stringify(SHAPING.map((name) => options[name]));
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#plans.ask(options);
  }

  async #examine(options: Options, signal: AbortSignal): Promise<void> {
    const net = this.preset(options)?.id ?? String(options['net']);
    try {
      this.examined = await examine(options, net, signal);
      this.planProblem = null;
    } catch (error) {
      if (signal.aborted) return;
      this.planProblem = problemOf(error);
      if (!options['layers']) this.examined = null;
    }
  }

  /** A set as the server has it now, in the place of the one that was known. */
  took({ listing }: Pick<Taken, 'listing'>): void {
    const others = this.sets.filter(({ id }) => id !== listing.id);
    this.sets = [...others, listing];
    this.#asked = '';
  }

  async remove(id: string): Promise<void> {
    await deleteSet(id);
    this.sets = this.sets.filter((each) => each.id !== id);
  }

  async download(id: string, onprogress: Progress, signal: AbortSignal): Promise<void> {
    const listing = await download(id, onprogress, signal);
    if (listing) this.took({ listing });
    else this.sets = await fetchListings(signal);
  }

  /** Ends what is under way. */
  rest(): void {
    this.#plans.stop();
    this.#asked = '';
  }
}
