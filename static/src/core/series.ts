/** What the charts of a run take: curves over its steps, and what lies on them. */
import type { EvaluationEvent, NodeHealth } from './run';

/** From a first to a last value on an axis. */
export type Span = readonly [lo: number, hi: number];

/** A measurement that was made at one step only, such as an evaluation. */
export interface Dot {
  x: number;
  y: number;
}

/** One run on one chart. */
export interface Series {
  id: string;
  /** What the run is called. */
  name: string;
  /** A CSS colour, also `var(--…)`. */
  colour: string;
  /** 0 is the run that is open, drawn solid; others have a dash of their own each. */
  dash: number;
  /** One of many that belong together, such as folds. */
  isThin?: boolean;
  /** Rising. */
  x: Float64Array;
  /** As long as x; what is not finite breaks the line and is marked. */
  y: Float64Array;
  /** Evaluations at their steps, in rising order. */
  dots: readonly Dot[];
  /** The epoch of each x, where it is known. */
  epoch?: Float64Array;
}

export type FlagKind = 'change' | 'note' | 'warning' | 'failure';

/** Something that happened at a step: a moved option, or a verdict of the doctor. */
export interface Flag {
  step: number;
  kind: FlagKind;
  /** In the language of the page. */
  text: string;
}

/** What every chart over steps shares: one cursor, one zoom, one smoothing. */
export interface ChartShared {
  /** The step under the cursor; null without one. */
  cursor: number | null;
  /** The steps that are shown; null for all. */
  span: Span | null;
  /** Weight w of the EWMA, 0 (none) to 0.999. */
  smoothing: number;
}

/** Norms of every layer at some steps: `gradient[l][i]` is that of layer l at `step[i]`. */
export interface LayerHistory {
  names: readonly string[];
  step: Float64Array;
  gradient: readonly Float64Array[];
  weight: readonly Float64Array[];
  update: readonly Float64Array[];
}

/** How alive the nodes were at an evaluation. */
export interface HealthRecord {
  step: number;
  nodes: readonly NodeHealth[];
}

/** Index of the last x that is not above a value; -1 when all are. */
export function indexAt(x: ArrayLike<number>, value: number): number {
  let [lo, hi] = [0, x.length];
  while (lo < hi) {
    const middle = (lo + hi) >>> 1;
    if ((x[middle] as number) <= value) lo = middle + 1;
    else hi = middle;
  }
  return lo - 1;
}

/** Index of the x that is nearest to a value; -1 when there is none. */
export function nearestIndex(x: ArrayLike<number>, value: number): number {
  const below = indexAt(x, value);
  if (below < 0) return x.length > 0 ? 0 : -1;
  if (below + 1 >= x.length) return below;
  const [low, high] = [x[below] as number, x[below + 1] as number];
  return value - low <= high - value ? below : below + 1;
}

/** What is recorded of a run, as far as its curves need it. */
export interface RunCurves {
  id: string;
  name: string;
  /** A CSS colour. */
  colour: string;
  dash: number;
  isThin?: boolean;
  points: Readonly<Record<'step' | 'epoch' | Quantity, Float64Array>>;
  evaluations: readonly Pick<EvaluationEvent, 'step' | 'part' | Judged>[];
}

type Judged = 'loss' | 'accuracy';
export type Quantity = Judged | 'lr';

/** One quantity of a run over its steps; evaluations of the sealed test part are no dots of it. */
export function seriesOf(run: RunCurves, quantity: Quantity): Series {
  const { points, evaluations, ...line } = run;
  const dots =
    quantity === 'lr'
      ? []
      : evaluations
          .filter(({ part }) => part === 'validation')
          .map((each) => ({ x: each.step, y: each[quantity] ?? NaN }));
  return { ...line, x: points.step, y: points[quantity], dots, epoch: points.epoch };
}
