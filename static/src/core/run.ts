/** What the server says of training: the table of options, runs, and the events of a run. */
import { plainNumber, type Bounds } from './slider';
import type { ClassName, NodeInfo } from './types';

export interface Words {
  en: string;
  zh: string;
}

export const GROUPS = ['data', 'augment', 'network', 'optimiser', 'running'] as const;
export type Group = (typeof GROUPS)[number];

export type Value = number | string | boolean | null | readonly Readonly<Record<string, unknown>>[];
/** Options by name; what is not named has its default. */
export type Options = Readonly<Record<string, Value>>;

/** One row of GET /api/options. */
export interface Option {
  name: string;
  kind: 'number' | 'integer' | 'choice' | 'flag' | 'text' | 'list';
  group: Group;
  default: Value;
  low: number | null;
  high: number | null;
  /** The smallest change; on a log scale from 0 the smallest value above it. */
  step: number | null;
  scale: 'lin' | 'log' | null;
  unit: string;
  /** May change while a run goes on. */
  live: boolean;
  choices: readonly (Words & { id: string })[] | null;
  label: Words;
  help: Words;
}

export const RUN_STATES = [
  'queued',
  'running',
  'paused',
  'finished',
  'stopped',
  'interrupted',
  'failed',
] as const;
export type RunState = (typeof RUN_STATES)[number];

const OVER: ReadonlySet<RunState> = new Set(['finished', 'stopped', 'interrupted', 'failed']);

/** True once no trainer works on the run any more. */
export function isOver(state: RunState): boolean {
  return OVER.has(state);
}

/** Why a run is in its state. */
export interface Reason {
  code: string;
  sentence: Words;
  layer?: string | null;
  step?: number | null;
}

/** What is known of a run's results; a figure is absent until it is known. */
export interface Results {
  epoch?: number | null;
  loss?: number | null;
  accuracy?: number | null;
  validation_loss?: number | null;
  validation_accuracy?: number | null;
  best_accuracy?: number | null;
  test_accuracy?: number | null;
  parameters?: number;
  steps?: number;
}

/** One row of GET /api/runs. */
export interface Run {
  id: string;
  name: string;
  state: RunState;
  reason: Reason | null;
  options: Options;
  /** The last step that is stored. */
  step: number;
  results: Results;
  /** Place in the queue from 1, while it waits. */
  place: number | null;
  /** Its network's id among the models; null until a checkpoint is kept. */
  model: string | null;
  /** Steps that have a checkpoint. */
  checkpoints: readonly number[];
}

export interface StartedEvent {
  type: 'started';
  step: number;
  nodes: readonly NodeInfo[];
  layers: readonly string[];
  parameters: number;
  trainable: number;
  classes: readonly ClassName[];
  steps_per_epoch: number;
  steps: number;
  counts: Readonly<Record<string, number>>;
  notes: readonly (Words | string)[];
  initial: Readonly<Record<string, number>>;
}

/** One update; null stands for what was not a finite number. */
export interface Point {
  step: number;
  epoch: number | null;
  loss: number | null;
  accuracy: number | null;
  lr: number | null;
}

/** Norms per layer at one step. */
export interface LayerRow {
  step: number;
  gradient: readonly (number | null)[];
  weight: readonly (number | null)[];
  update: readonly (number | null)[];
}

export interface NodeHealth {
  node: string;
  dead: number | null;
  saturated: number | null;
  mean: number | null;
  std: number | null;
}

export const PHASES = ['forward', 'loss', 'backward', 'update'] as const;
export type PhaseName = (typeof PHASES)[number];

export interface Guess {
  id: number;
  label: number;
  guess: number;
  probability: number | null;
}

export interface EvaluationEvent {
  type: 'evaluation';
  step: number;
  epoch: number;
  part: 'validation' | 'test';
  loss: number | null;
  accuracy: number | null;
  confusion: readonly (readonly number[])[];
  worst: readonly (Guess & { loss: number | null })[];
  embedding: {
    ids: readonly number[];
    labels: readonly number[];
    points: readonly (readonly [number, number])[];
  } | null;
  strip: readonly Guess[];
  /** Pictures of the cells of the confusion matrix; runs recorded before these were have none. */
  wrong?: readonly CellPicture[];
  right?: readonly CellPicture[];
}

export type CellPicture = readonly [id: number, label: number, guess: number];

export interface VerdictEvent {
  type: 'verdict';
  step: number;
  rule: string;
  level: 'note' | 'warning' | 'failure';
  values: Readonly<Record<string, unknown>>;
  /** Option -> value that would help. */
  remedy: Options;
  text: Words;
}

export interface ChangeEvent {
  type: 'change';
  step: number;
  name: string;
  old: Value;
  value: Value;
}

export interface FinderEvent {
  type: 'finder';
  step: number;
  points: readonly (readonly [number | null, number | null])[];
  steepest: number | null;
  suggestion: number | null;
}

export interface StateEvent {
  type: 'state';
  step: number;
  state: RunState;
  reason: Reason | null;
}

/** What a run says; `seq` grows strictly. */
export type RunEvent = { seq: number } & (
  | StartedEvent
  | { type: 'points'; points: readonly Point[] }
  | { type: 'layers'; rows: readonly LayerRow[] }
  | { type: 'health'; step: number; nodes: readonly NodeHealth[] }
  | { type: 'phase'; step: number; phase: PhaseName; loss: number | null }
  | EvaluationEvent
  | ChangeEvent
  | VerdictEvent
  | FinderEvent
  | { type: 'saved'; step: number }
  | StateEvent
);

/** The last step that an event speaks of. */
export function stepOf(event: RunEvent): number {
  if (event.type === 'points') return event.points.at(-1)?.step ?? 0;
  if (event.type === 'layers') return event.rows.at(-1)?.step ?? 0;
  return event.step;
}

/** One arm of a preset that holds: the options of a run. */
export interface Arm {
  label: Words;
  options: Options;
}

/** One row of GET /api/experiments. */
export interface Experiment {
  id: string;
  title: Words;
  question: Words;
  arms: readonly Arm[];
}

/** What is not at its default: a run is asked for in these words. */
export function differing(table: readonly Option[], options: Options): Options {
  const rows = table.filter(({ name, default: usual }) => {
    const value = options[name];
    return value !== undefined && JSON.stringify(value) !== JSON.stringify(usual);
  });
  return Object.fromEntries(rows.map(({ name }) => [name, options[name] as Value]));
}

/** Every option with its value: the given one, else its default. */
export function completed(table: readonly Option[], options: Options): Options {
  return Object.fromEntries(
    table.map(({ name, default: usual }) => [name, options[name] ?? usual]),
  );
}

/** The name that a person gave a run; '' while it has only the server's, "Run 7". */
export function givenName({ id, name }: Pick<Run, 'id' | 'name'>): string {
  return name === `Run ${id}` ? '' : name;
}

/** What a run is called: its own name, or what it learns and with what. */
export function runTitle(run: Pick<Run, 'id' | 'name' | 'options'>): string {
  const { options } = run;
  const rate = options['lr'];
  const parts = [options['data'], options['net'], typeof rate === 'number' && plainNumber(rate)];
  const known = parts.filter((part) => typeof part === 'string' && part !== '');
  return givenName(run) || [run.id, ...known].join(' · ');
}

/** Where the numbers of an option begin and end. */
export function boundsOf({ kind, low, high, step, scale }: Option): Bounds {
  const whole = kind === 'integer' ? 'integer' : 'number';
  return { kind: whole, low: low ?? 0, high: high ?? 1, step, scale: scale ?? 'lin' };
}
