/** Batch normalisation in evaluation: one channel's four learned numbers and what they do. */
import type { NodeInfo } from './types';

export interface ChannelNorm {
  /** Running mean and variance: gathered while it was trained, fixed since. */
  mean: number;
  variance: number;
  /** Learned scale and shift; 1 and 0 where the layer has none. */
  weight: number;
  bias: number;
  eps: number;
}

type ReadWeight = (name: string) => ArrayLike<number> | undefined;

const EPS = 1e-5;

/** The numbers of a channel; null while they are missing, or where the layer keeps none. */
export function channelNorm(
  node: Pick<NodeInfo, 'geometry' | 'weights'>,
  channel: number,
  read: ReadWeight,
): ChannelNorm | null {
  const { geometry, weights } = node;
  if (geometry.kind !== 'cell') return null;
  const of = (role: string) => read(weights[role] ?? '')?.[channel];
  const [mean, variance] = [of('running_mean'), of('running_var')];
  if (mean === undefined || variance === undefined) return null;
  const eps = typeof geometry['eps'] === 'number' ? geometry['eps'] : EPS;
  return { mean, variance, weight: of('weight') ?? 1, bias: of('bias') ?? 0, eps };
}

/** (x - mean) / sqrt(variance + eps) * weight + bias, step by step. */
export function normalise(norm: ChannelNorm, x: number) {
  const centred = x - norm.mean;
  const deviation = Math.sqrt(norm.variance + norm.eps);
  const standard = centred / deviation;
  return { centred, deviation, standard, value: standard * norm.weight + norm.bias };
}

/** The same as one line: y = scale * x + shift. */
export function lineOf({ mean, variance, eps, weight, bias }: ChannelNorm) {
  const scale = weight / Math.sqrt(variance + eps);
  return { scale, shift: bias - mean * scale };
}
