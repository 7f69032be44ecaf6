/** One run as it was recorded until now: events go in as they come, views follow once a frame. */
import type {
  ChangeEvent,
  EvaluationEvent,
  FinderEvent,
  NodeHealth,
  PhaseName,
  Reason,
  Run,
  RunEvent,
  RunState,
  StartedEvent,
  VerdictEvent,
} from '../core/run';
import { Rows, type Columns } from '../core/rows';
import { Pace } from '../core/pace';
import type { SentColumns } from '../io/runs';
import { onNextFrame } from './beat';
import { FirstPoint } from './firstPoint';

export const POINT_COLUMNS = ['step', 'epoch', 'loss', 'accuracy', 'lr'] as const;
export type PointColumns = Columns<(typeof POINT_COLUMNS)[number]>;

/** Rows of layer numbers beyond this are thinned out: the strip is no wider on any screen. */
const LAYER_ROWS = 8192;
const NORMS = ['gradient', 'weight', 'update'] as const;
type Norm = (typeof NORMS)[number];

/** Norms of every layer at some steps: `gradient[l][i]` is that of layer l at `step[i]`. */
export interface LayerNorms extends Readonly<Record<Norm, readonly Float64Array[]>> {
  names: readonly string[];
  step: Float64Array;
}

export interface HealthAt {
  step: number;
  nodes: readonly NodeHealth[];
}

/** What has changed since the last frame, and the phase of the step that is being made. */
interface News {
  points: boolean;
  layers: boolean;
  rest: boolean;
}

const QUIET: News = { points: false, layers: false, rest: false };

export class Recording {
  readonly id: string;
  state: RunState = $state('queued');
  reason: Reason | null = $state.raw(null);
  started: StartedEvent | null = $state.raw(null);
  points: PointColumns = $state.raw(new Rows(POINT_COLUMNS).view());
  layers: LayerNorms | null = $state.raw(null);
  evaluations: readonly EvaluationEvent[] = $state.raw([]);
  health: readonly HealthAt[] = $state.raw([]);
  changes: readonly ChangeEvent[] = $state.raw([]);
  verdicts: readonly VerdictEvent[] = $state.raw([]);
  finder: FinderEvent | null = $state.raw(null);
  /** The last step that has a checkpoint; null until there is one. */
  saved: number | null = $state(null);
  /** What was done last, while phases are stepped or slow. */
  phase: { step: number; phase: PhaseName; loss: number | null } | null = $state.raw(null);
  /** Steps a second of late; 0 while none are made. */
  rate = $state(0);
  /** The last event that is known. */
  seq = 0;
  /** Called when points are shown, so that what came beside them is shown with them. */
  onpoints: () => void = () => undefined;

  #points = new Rows(POINT_COLUMNS);
  #layers: Rows<string> | null = null;
  /** Only every so many rows of the layers are kept. */
  #stride = 1;
  #rowsSeen = 0;
  #lists = {
    evaluation: [] as EvaluationEvent[],
    health: [] as HealthAt[],
    change: [] as ChangeEvent[],
    verdict: [] as VerdictEvent[],
  };
  #last: { started?: StartedEvent; finder?: FinderEvent; saved?: number } = {};
  #state: { state: RunState; reason: Reason | null };
  #phase: Recording['phase'] = null;
  #news = { ...QUIET };
  #stop: (() => void) | null = null;
  #pace = new Pace();
  #first = new FirstPoint(2);

  constructor(run: Run) {
    this.id = run.id;
    this.state = run.state;
    this.reason = run.reason;
    this.#state = { state: run.state, reason: run.reason };
  }

  /** The last step that is known. */
  get step(): number {
    return this.points.step.at(-1) ?? 0;
  }

  /** Takes in every point until now at once. */
  load(columns: SentColumns, stepsPerEpoch: number): void {
    const epoch = columns.step.map((step) => step / stepsPerEpoch);
    this.#points.append({ ...columns, epoch }, columns.step.length);
    this.#news.points = true;
    this.flush();
  }

  hear(event: RunEvent): void {
    this.seq = Math.max(this.seq, event.seq);
    this.#take(event);
    this.#stop ??= onNextFrame(() => this.flush());
  }

  /** Shows what was heard. */
  flush(): void {
    this.#stop?.();
    this.#stop = null;
    const news = this.#news;
    this.#news = { ...QUIET };
    if (news.points) {
      this.points = this.#points.view();
      this.rate = this.#pace.of(this.step, performance.now());
    }
    if (news.layers) this.layers = this.#viewLayers();
    if (news.rest) this.#show();
    this.phase = this.#phase;
    if (news.points) this.onpoints();
  }

  /** Ends what is still planned. */
  rest(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #show(): void {
    const { evaluation, health, change, verdict } = this.#lists;
    if (evaluation.length > this.evaluations.length) this.#showEvaluations(evaluation);
    if (health.length > this.health.length) this.health = [...health];
    if (change.length > this.changes.length) this.changes = [...change];
    if (verdict.length > this.verdicts.length) this.verdicts = [...verdict];
    this.started = this.#last.started ?? null;
    this.finder = this.#last.finder ?? null;
    this.saved = this.#last.saved ?? null;
    this.state = this.#state.state;
    this.reason = this.#state.reason;
  }

  /** The tables of the first one take longer than the first point may. */
  #showEvaluations(all: readonly EvaluationEvent[]): void {
    const isFirst = this.evaluations.length === 0;
    if (!isFirst || !this.#first.isAwaited(this.#state.state, this.step)) {
      this.evaluations = [...all];
      return;
    }
    this.#news.rest = true;
    this.#stop = onNextFrame(() => this.flush());
  }

  #take(event: RunEvent): void {
    if (event.type === 'points') return this.#takePoints(event.points);
    if (event.type === 'layers') return this.#takeLayers(event.rows);
    if (event.type === 'phase') {
      this.#phase = event;
      return;
    }
    this.#news.rest = true;
    if (event.type === 'state') this.#state = event;
    else if (event.type === 'started') this.#last.started ??= event;
    else if (event.type === 'finder') this.#last.finder = event;
    else if (event.type === 'saved') this.#last.saved = event.step;
    else (this.#lists[event.type] as (typeof event)[]).push(event);
  }

  #takePoints(points: Extract<RunEvent, { type: 'points' }>['points']): void {
    let last = this.#points.last('step') ?? 0;
    for (const point of points) {
      // Loaded in one piece, and said again by the socket.
      if (point.step <= last) continue;
      this.#points.push(point);
      last = point.step;
    }
    this.#news.points = true;
  }

  #takeLayers(rows: Extract<RunEvent, { type: 'layers' }>['rows']): void {
    const count = rows[0]?.gradient.length ?? 0;
    this.#layers ??= new Rows(columnsOf(count));
    for (const row of rows) {
      if (this.#rowsSeen++ % this.#stride !== 0) continue;
      const numbers = NORMS.flatMap((norm) => row[norm].map((value, l) => [`${norm} ${l}`, value]));
      this.#layers.push({ step: row.step, ...Object.fromEntries(numbers) });
    }
    if (this.#layers.length > LAYER_ROWS) {
      this.#layers.halve();
      this.#stride *= 2;
    }
    this.#news.layers = true;
  }

  #viewLayers(): LayerNorms | null {
    const columns = this.#layers?.view();
    const names = this.#last.started?.layers;
    if (!columns || !names) return null;
    const of = (norm: Norm) => names.map((_, l) => columns[`${norm} ${l}`] ?? new Float64Array(0));
    const step = columns['step'] as Float64Array;
    return { names, step, gradient: of('gradient'), weight: of('weight'), update: of('update') };
  }
}

function columnsOf(layers: number): string[] {
  const indices = Array.from({ length: layers }, (_, l) => l);
  return ['step', ...NORMS.flatMap((norm) => indices.map((l) => `${norm} ${l}`))];
}
