/** What a layer learns and computes, as torch counts it. */
import { outputSize } from '../../core/geometry';
import { formatCount } from '../../core/numbers';
import type { LayerKind, ParameterSettings } from './settings';

export interface Cost {
  parameters: number;
  /** Multiply-adds for one picture. */
  macs: number;
  /** Maps (C, H, W), or a vector. */
  shape: readonly number[];
  /**
   * Cells of the input, along one side, between the first and the last that one output cell sees;
   * of a transposed convolution, those of the output that one input cell reaches.
   */
  field: number;
}

export const hasKernels = (kind: LayerKind) => kind === 'conv' || kind === 'transposed';

/** The most groups that two channel counts allow. */
export function mostGroups(i: number, o: number): number {
  return o === 0 ? i : mostGroups(o, i % o);
}

/** Why torch refuses such a layer; null where it does not. */
export function faultOf({ kind, i, o, g, s, d, a }: ParameterSettings): 'groups' | 'added' | null {
  if (!hasKernels(kind)) return null;
  if (i % g > 0 || o % g > 0) return 'groups';
  return kind === 'transposed' && a >= Math.max(s, d) ? 'added' : null;
}

/** Null where torch refuses the layer; a shape with 0 where no window fits. */
export function costOf(settings: ParameterSettings): Cost | null {
  if (faultOf(settings)) return null;
  const { kind, i, o, k, s, p, d, g, a, n } = settings;
  if (kind === 'dense') return { parameters: i * o + o, macs: i * o, shape: [o], field: i };
  if (kind === 'norm') return { parameters: 2 * i, macs: i * n * n, shape: [i, n, n], field: 1 };
  const axis = { kernel: k, stride: s, padding: [p, p] } as const;
  if (kind === 'pool') {
    const side = outputSize(n, axis);
    return { parameters: 0, macs: 0, shape: [i, side, side], field: k };
  }
  const transposed = kind === 'transposed';
  // Output padding is padding that is not cut off at the end.
  const padding = transposed ? ([p, p - a] as const) : axis.padding;
  const side = outputSize(n, { ...axis, padding, dilation: d, transposed });
  const weights = ((i * o) / g) * k * k;
  const places = transposed ? n : side;
  return {
    ...{ parameters: weights + o, macs: weights * places * places },
    ...{ shape: [o, side, side], field: d * (k - 1) + 1 },
  };
}

/** How a convolution comes to its output side and its multiply-adds, with its numbers. */
export function workings(settings: ParameterSettings, cost: Cost): { side: string; macs: string } {
  const { kind, i, o, k, s, p, d, g, a, n } = settings;
  const side = cost.shape[1] ?? 0;
  const macs = formatCount(cost.macs);
  const each = g > 1 ? `${i} · ${o} / ${g}` : `${i} · ${o}`;
  if (kind === 'transposed') {
    return {
      side: `(${n} − 1) · ${s} − 2 · ${p} + ${d} · (${k} − 1) + ${a} + 1 = ${side}`,
      macs: `${each} · ${k}² · ${n}² = ${macs}`,
    };
  }
  return {
    side: `⌊(${n} + 2 · ${p} − ${d} · (${k} − 1) − 1) / ${s}⌋ + 1 = ${side}`,
    macs: `${each} · ${k}² · ${side}² = ${macs}`,
  };
}
