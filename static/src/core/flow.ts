/** How gradients flow: norms per layer at a step, the share that an update moves, and its healthy band. */
import { placeOf, type Axis } from './axis';
import { nearestIndex, type LayerHistory, type Span } from './series';
import { decades } from './strip';

/** An update near a thousandth of the weights is healthy (A. Karpathy's rule of thumb). */
export const HEALTHY: Span = [10 ** -3.5, 10 ** -2.5];

export const FLOWS = ['gradient', 'weight', 'update', 'ratio'] as const;
export type Flow = (typeof FLOWS)[number];

/** The share of its weights by which a layer moves. */
export function ratioOf(update: number, weight: number): number {
  return weight > 0 ? update / weight : NaN;
}

/** A number of every layer at every step. */
export function flowValues(layers: LayerHistory, flow: Flow): readonly Float64Array[] {
  if (flow !== 'ratio') return layers[flow];
  return layers.update.map((update, l) =>
    update.map((value, i) => ratioOf(value, layers.weight[l]?.[i] as number)),
  );
}

export interface FlowRow {
  name: string;
  values: Readonly<Record<Flow, number>>;
}

/** The rows at the step that is nearest to one, the last without one; null where there are none. */
export function flowRows(
  layers: LayerHistory,
  cursor: number | null,
): { step: number; rows: FlowRow[] } | null {
  const last = layers.step.length - 1;
  const at = cursor === null ? last : nearestIndex(layers.step, cursor);
  if (at < 0) return null;
  const rows = layers.names.map((name, l) => {
    const of = (norm: 'gradient' | 'weight' | 'update') => layers[norm][l]?.[at] ?? NaN;
    const ratio = ratioOf(of('update'), of('weight'));
    const values = { gradient: of('gradient'), weight: of('weight'), update: of('update'), ratio };
    return { name, values };
  });
  return { step: layers.step[at] as number, rows };
}

/** So many steps, evenly spread, stand for all of them where an axis is made. */
const SAMPLES = 128;

/** A log axis that holds what was at most steps, so that it keeps still from step to step. */
export function flowAxis(layers: LayerHistory, flow: Exclude<Flow, 'update'>): Axis {
  let [lo, hi] = flow === 'ratio' ? HEALTHY : [Infinity, -Infinity];
  const count = layers.step.length;
  const stride = Math.max(1, Math.floor(count / SAMPLES));
  for (let i = count - 1; i >= 0; i -= stride) {
    for (let l = 0; l < layers.names.length; l++) {
      const of = (norm: 'gradient' | 'weight' | 'update') => layers[norm][l]?.[i] as number;
      const value = flow === 'ratio' ? ratioOf(of('update'), of('weight')) : of(flow);
      if (!Number.isFinite(value) || value <= 0) continue;
      [lo, hi] = [Math.min(lo, value), Math.max(hi, value)];
    }
  }
  return decades([lo, hi]);
}

/** Length of a bar as a share of its axis; 0 for what is 0 or no number. */
export function barShare(axis: Axis, value: number): number {
  return value > 0 && Number.isFinite(value) ? Math.min(1, Math.max(0, placeOf(axis, value))) : 0;
}

export type Verdict = 'low' | 'healthy' | 'high' | 'none';

/** Where a ratio stands to the healthy band, ten times wider to each side before it is called ill. */
export function judge(ratio: number): Verdict {
  if (!(ratio > 0)) return 'none';
  if (ratio < HEALTHY[0] / 10) return 'low';
  return ratio > HEALTHY[1] * 10 ? 'high' : 'healthy';
}
