/** What is worked out of each run's curve once and then follows it: its mean and its extremes. */
import { Extremes, type Curve } from './decimate';
import { Ewma } from './ewma';
import { nearestIndex, type Dot, type Series } from './series';

/** A run's curve, and the smooth one over it where it is smoothed. */
export interface Curves {
  raw: Curve;
  smooth: Curve | null;
}

interface Kept {
  raw: Extremes;
  smooth: Extremes;
  mean: Ewma;
}

/** Remembers the curves of a chart by run. */
export class CurveMemory {
  #kept = new Map<string, Kept>();

  /** The curves of a series with a smoothing; smoothed before anything is left out. */
  of({ id, x, y }: Series, smoothing: number): Curves {
    let kept = this.#kept.get(id);
    if (!kept || (kept.mean.weight !== smoothing && smoothing > 0)) {
      const raw = kept?.raw ?? new Extremes();
      kept = { raw, smooth: new Extremes(), mean: new Ewma(smoothing) };
      this.#kept.set(id, kept);
    }
    const raw = { x, y, extremes: kept.raw.follow(y) };
    if (!(smoothing > 0)) return { raw, smooth: null };
    const mean = kept.mean.follow(y);
    return { raw, smooth: { x, y: mean, extremes: kept.smooth.follow(mean) } };
  }

  /** Forgets the runs that are not drawn any more. */
  keep(ids: readonly string[]): void {
    for (const id of this.#kept.keys()) if (!ids.includes(id)) this.#kept.delete(id);
  }
}

/** What a run has at a step. */
export interface Reading {
  step: number;
  epoch: number | null;
  raw: number;
  smooth: number | null;
  /** The last evaluation until then. */
  dot: Dot | null;
}

/** The values at the point that is nearest to a step, at the last one without; null without points. */
export function readingAt(series: Series, curves: Curves, step: number | null): Reading | null {
  const { x, y } = curves.raw;
  const index = step === null ? x.length - 1 : nearestIndex(x, step);
  if (index < 0) return null;
  const at = x[index] as number;
  return {
    step: at,
    epoch: series.epoch?.[index] ?? null,
    raw: y[index] as number,
    smooth: curves.smooth?.y[index] ?? null,
    dot: series.dots.findLast((dot) => dot.x <= at) ?? null,
  };
}
