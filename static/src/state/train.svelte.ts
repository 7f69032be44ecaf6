/** The training view: the options of the next run, the runs there are, and the one that is open. */
import { untrack } from 'svelte';
import {
  completed,
  differing,
  isOver,
  type Arm,
  type Experiment,
  type Option,
  type Options,
  type Run,
  type Value,
} from '../core/run';
import { eachFold } from '../core/folds';
import { optionOf } from '../core/problem';
import { FIRST_PANELS, toggled, type Panel } from '../core/panels';
import type { Problem } from '../core/types';
import {
  deleteRun,
  fetchExperiments,
  fetchOptions,
  fetchRun,
  fetchRuns,
  pinPicture,
  postRun,
  renameRun,
  type Control,
} from '../io/runs';
import type { App } from './app.svelte';
import { Overlays } from './overlays.svelte';
import { problemOf } from './problem';
import { Session } from './session.svelte';

export type Step = 'phase' | 'batch' | 'epoch';
const STEPS = { phase: 'step_phase', batch: 'step_batch', epoch: 'step_epoch' } as const;

export class Train {
  table: readonly Option[] = $state.raw([]);
  experiments: readonly Experiment[] = $state.raw([]);
  /** As the server listed them last; the open one as it is now. */
  #listed: readonly Run[] = $state.raw([]);
  /** Every option of the run that is shown, or of the next one. */
  draft: Options = $state.raw({});
  session: Session | null = $state.raw(null);
  overlays: Overlays;
  problem: Problem | null = $state.raw(null);
  /** A request is under way that must not be sent twice. */
  isBusy = $state(false);

  options = $derived(new Map(this.table.map((option) => [option.name, option])));
  recording = $derived(this.session?.recording ?? null);
  state = $derived(this.recording?.state ?? null);
  isLiving = $derived(this.state !== null && !isOver(this.state));
  isPlaying = $derived(this.state === 'running' || this.state === 'queued');
  runs: readonly Run[] = $derived.by(() => {
    const { session, recording } = this;
    if (!session || !recording) return this.#listed;
    const { state, reason } = recording;
    // The list need not follow each step: it is fetched anew every few seconds.
    const step = untrack(() => recording.step);
    return this.#listed.map((run) =>
      run.id === session.run.id ? { ...run, state, reason, step: Math.max(run.step, step) } : run,
    );
  });
  panels: readonly Panel[] = $derived.by(() => this.#app.state.panels ?? FIRST_PANELS);
  /** What is set, but counts only for the next run. */
  pending: readonly string[] = $derived.by(() => this.#pending());

  #app: App;
  #settings: { name: string; value: Value }[] = [];
  #sending: Promise<void> | null = null;

  constructor(app: App) {
    this.#app = app;
    this.overlays = new Overlays(app.page);
  }

  /** Fetches the table of options, the presets and the runs. */
  async load(signal: AbortSignal): Promise<void> {
    await this.#guarded(async () => {
      // Each as it comes: a part that is missing does not keep back the others.
      await Promise.all([
        fetchOptions(signal).then((table) => this.#tabulate(table)),
        fetchRuns(signal).then((runs) => (this.#listed = runs)),
        fetchExperiments(signal).then((experiments) => this.#propose(experiments)),
      ]);
    });
  }

  #tabulate(table: readonly Option[]): void {
    this.table = table;
    this.draft = completed(table, this.session?.run.options ?? this.#arm()?.options ?? {});
  }

  #propose(experiments: readonly Experiment[]): void {
    this.experiments = experiments;
    const arm = this.#arm();
    if (arm && !this.session) this.draft = completed(this.table, arm.options);
  }

  async refresh(): Promise<void> {
    const runs = await fetchRuns(new AbortController().signal).catch(() => null);
    if (runs) this.#listed = runs;
  }

  #arm(): Arm | undefined {
    const [id, arm = '0'] = (this.#app.state.experiment ?? '').split(':');
    return this.experiments.find((each) => each.id === id)?.arms[Number(arm)];
  }

  /** Opens the run that the address names; null closes it. */
  async follow(id: string | null): Promise<void> {
    if (id === (this.session?.run.id ?? null)) return;
    if (id === null) return this.#close();
    await this.#guarded(async () => {
      const run = await fetchRun(id, new AbortController().signal);
      if (this.#app.state.run === id) this.#open(run);
    });
  }

  #open(run: Run): void {
    this.#close();
    this.session = new Session(this.#app.page, run, this.#app.state.pin);
    this.draft = completed(this.table, run.options);
  }

  #close(): void {
    this.session?.close();
    this.session = null;
  }

  /** Play or pause; a run that is over gives way to a new one, an interrupted one goes on. */
  async play(): Promise<void> {
    if (this.state === 'running') return this.control({ action: 'pause' });
    if (this.state === 'paused' || this.state === 'interrupted') {
      return this.control({ action: 'resume' });
    }
    if (this.state !== 'queued') await this.start();
  }

  async step(step: Step): Promise<void> {
    if (!this.isLiving) await this.start({ paused: true });
    if (this.session && this.problem === null) await this.control({ action: STEPS[step] });
  }

  /** Starts a run with the options that are set; the one that is open makes room. */
  async start(more: Options = {}): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    await this.#guarded(async () => {
      if (this.isLiving) await this.#stop(this.session);
      const wanted = { ...differing(this.table, this.draft), ...more };
      this.#show(await postRun(wanted));
    });
    this.isBusy = false;
  }

  /** Starts every arm of a preset; the first is shown, the others are drawn beside it. */
  startAll({ arms }: Experiment): Promise<void> {
    const { language } = this.#app;
    return this.#startEach(
      arms.map(({ options, label }) => ({ ...options, name: label[language] })),
    );
  }

  /** Starts a run for each fold of the options that are set, called by what `nameOf` says. */
  async startFolds(nameOf: (fold: number) => string): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    await this.#guarded(async () => {
      if (this.isLiving) await this.#stop(this.session);
    });
    const each = eachFold(this.draft).map((options, fold) => ({
      ...differing(this.table, options),
      name: nameOf(fold),
    }));
    await this.#startEach(each);
    this.isBusy = false;
  }

  async #startEach(each: readonly Options[]): Promise<void> {
    await this.#guarded(async () => {
      const runs: Run[] = [];
      for (const options of each) runs.push(await postRun(options));
      const [first, ...others] = runs;
      if (first) this.#show(first, others);
    });
  }

  #show(run: Run, beside?: readonly Run[]): void {
    const made = [run, ...(beside ?? [])];
    const isOld = ({ id }: Run) => made.every((each) => each.id !== id);
    this.#listed = [...made, ...this.#listed.filter(isOld)];
    this.#open(run);
    this.#app.go({ run: run.id, ...(beside && { beside: beside.map(({ id }) => id) }) });
  }

  async control(control: Control): Promise<void> {
    await this.#guarded(async () => {
      await this.session?.control(control);
    });
  }

  /** Back to the beginning: the run stops, and what is set waits for Play. */
  async reset(): Promise<void> {
    const { session, isLiving } = this;
    this.#close();
    this.#app.go({ run: null });
    if (isLiving) await this.#guarded(() => this.#stop(session));
    await this.refresh();
  }

  /** Sets options; those that may change while a run goes on do so at once. */
  set(values: Options): void {
    this.draft = { ...this.draft, ...values };
    if (optionOf(this.problem) in values) this.problem = null;
    if (!this.isLiving) return;
    for (const [name, value] of Object.entries(values)) {
      if (this.options.get(name)?.live) this.#setLive(name, value);
    }
  }

  /** One request at a time; of an option that is being dragged only the last value is sent. */
  #setLive(name: string, value: Value): void {
    this.#settings = [...this.#settings.filter((each) => each.name !== name), { name, value }];
    this.#sending ??= this.#sendSettings();
  }

  async #sendSettings(): Promise<void> {
    for (let next = this.#settings.shift(); next; next = this.#settings.shift()) {
      await this.control({ action: 'set', ...next });
    }
    this.#sending = null;
  }

  /** A run that is told to stop is told nothing after it: what is on its way arrives first. */
  async #stop(session: Session | null): Promise<void> {
    this.#settings = [];
    await this.#sending;
    await session?.control({ action: 'stop' });
  }

  /** Does what the doctor advises: at once where that can be, else in a new run. */
  async remedy(values: Options): Promise<void> {
    const isLive = Object.keys(values).every((name) => this.options.get(name)?.live);
    this.set(values);
    if (!(isLive && this.isLiving)) await this.start();
  }

  #pending(): string[] {
    const { session } = this;
    if (!session || this.table.length === 0) return [];
    const asked = completed(this.table, session.run.options);
    const isNew = ({ name, live }: Option) =>
      !live && JSON.stringify(asked[name]) !== JSON.stringify(this.draft[name]);
    return this.table.filter(isNew).map(({ name }) => name);
  }

  /** Takes the options of a preset's arm; nothing starts until Play. */
  choose(experiment: Experiment, arm: number): void {
    const { options } = experiment.arms[arm] as Arm;
    this.#close();
    this.draft = completed(this.table, options);
    this.#app.go({ experiment: `${experiment.id}:${arm}`, run: null, beside: [] });
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#guarded(() => renameRun(id, name));
    await this.refresh();
  }

  async remove(id: string): Promise<void> {
    await this.#guarded(() => deleteRun(id));
    const { run, beside } = this.#app.state;
    if (run === id) this.#close();
    this.#app.go({ run: run === id ? null : run, beside: beside.filter((each) => each !== id) });
    await this.refresh();
  }

  /** Draws the curves of another run beside, or no longer. */
  lay(id: string): void {
    const { beside } = this.#app.state;
    const rest = beside.filter((each) => each !== id);
    this.#app.go({ beside: rest.length < beside.length ? rest : [...beside, id] }, false);
  }

  toggle(panel: Panel): void {
    this.#app.go({ panels: toggled(this.panels, panel) }, false);
  }

  pin(pin: number): void {
    this.#app.go({ pin }, false);
    this.session?.look({ pin });
  }

  nextPin(step: number): void {
    const count = this.session?.softmax.length ?? 0;
    if (count > 0) this.pin((this.#app.state.pin + step + count) % count);
  }

  /** Pins a picture of the person's own; it is looked at from then on. */
  async pinOwn(slot: number, picture: Blob): Promise<void> {
    const { session } = this;
    if (!session) return;
    await this.#guarded(() => pinPicture(session.run.id, slot, picture));
    this.pin(slot);
  }

  /** The network as it was at the last checkpoint, in the layer view. */
  openLayers(): void {
    const saved = this.recording?.saved;
    if (!this.session || saved === null || saved === undefined) return;
    const net = `run-${this.session.run.id}@${saved}`;
    this.#app.go({ view: 'look', net, picture: null, node: null, c: null, cell: null });
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    this.problem = null;
    try {
      await work();
    } catch (error) {
      const isLeft = error instanceof DOMException && error.name === 'AbortError';
      if (!isLeft) this.problem = problemOf(error);
    }
  }

  /** Ends what goes on by itself. */
  rest(): void {
    this.#close();
    this.overlays.follow([]);
  }
}
