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

export const hasBiases = (kind: LayerKind) => hasKernels(kind) || kind === 'dense';

/** The most groups that two channel counts allow. */
export function mostGroups(i: number, o: number): number {
  return o === 0 ? i : mostGroups(o, i % o);
}

type Fault = 'groups' | 'shared' | 'added';

/** Why torch refuses such a layer; null where it does not. */
export function faultOf({ kind, i, o, g, s, d, a }: ParameterSettings): Fault | null {
  if (kind === 'groupnorm' && i % g > 0) return 'shared';
  if (!hasKernels(kind)) return null;
  if (i % g > 0 || o % g > 0) return 'groups';
  return kind === 'transposed' && a >= Math.max(s, d) ? 'added' : null;
}

/** Null where torch refuses the layer; a shape with 0 where no window fits. */
export function costOf(settings: ParameterSettings): Cost | null {
  if (faultOf(settings)) return null;
  const { kind, i, o, k, s, p, n, bias } = settings;
  if (kind === 'dense') {
    return { parameters: i * o + (bias ? o : 0), macs: i * o, shape: [o], field: i };
  }
  if (kind === 'pool') {
    const side = outputSize(n, { kernel: k, stride: s, padding: [p, p] });
    return { parameters: 0, macs: 0, shape: [i, side, side], field: k };
  }
  return hasKernels(kind) ? convolved(settings) : cellwise(settings);
}

function convolved({ kind, i, o, k, s, p, d, g, a, n, bias }: ParameterSettings): Cost {
  const transposed = kind === 'transposed';
  // Output padding is padding that is not cut off at the end.
  const padding = [p, transposed ? p - a : p] as const;
  const side = outputSize(n, { kernel: k, stride: s, padding, dilation: d, transposed });
  const weights = ((i * o) / g) * k * k;
  const places = transposed ? n : side;
  return {
    ...{ parameters: weights + (bias ? o : 0), macs: weights * places * places },
    ...{ shape: [o, side, side], field: d * (k - 1) + 1 },
  };
}

/** Layers that leave every cell where it is. */
function cellwise({ kind, i, o, n, each }: ParameterSettings): Cost {
  const cells = i * n * n;
  const kept = { parameters: 0, macs: 0, shape: [i, n, n], field: 1 };
  switch (kind) {
    case 'norm':
      return { ...kept, parameters: 2 * i, macs: cells };
    case 'groupnorm':
      return { ...kept, parameters: 2 * i, macs: cells, field: n };
    case 'layernorm':
      return { ...kept, parameters: 2 * cells, macs: cells, field: n };
    case 'prelu':
      return { ...kept, parameters: each ? i : 1, macs: cells };
    case 'flatten':
      return { ...kept, shape: [cells] };
    case 'concat':
      return { ...kept, shape: [i + o, n, n] };
    default:
      return kept;
  }
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
