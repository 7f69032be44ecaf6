/** How the parameter calculator is set, and what a layer costs. */
import { outputSize } from '../../core/geometry';
import { choice, whole, type SettingsTable } from '../../core/settings';

export const LAYERS = ['conv', 'dense', 'norm', 'pool'] as const;
export type LayerKind = (typeof LAYERS)[number];
/** Networks to add up, each for the pictures that it is known for: [channels, height, width]. */
export const NETWORKS = {
  tiny8: { input: [1, 28, 28], classes: 6 },
  lenet: { input: [1, 28, 28], classes: 10 },
  'tiny-vgg': { input: [3, 64, 64], classes: 10 },
  resnet: { input: [3, 32, 32], classes: 10 },
} as const;
export type NetworkId = keyof typeof NETWORKS;

export interface ParameterSettings {
  kind: LayerKind;
  i: number;
  o: number;
  k: number;
  s: number;
  p: number;
  /** Side of the input maps. */
  n: number;
  net: NetworkId;
}

export const PARAMETER_TABLE: SettingsTable<ParameterSettings> = {
  kind: choice(LAYERS),
  i: whole(3, 1, 4096),
  o: whole(8, 1, 4096),
  k: whole(3, 1, 15),
  s: whole(1, 1, 8),
  p: whole(1, 0, 7),
  n: whole(28, 1, 512),
  net: choice(Object.keys(NETWORKS) as NetworkId[]),
};

export interface Cost {
  parameters: number;
  /** Multiply-adds for one picture. */
  macs: number;
  /** Maps (C, H, W), or a vector. */
  shape: readonly number[];
  /** Cells of the input, along one side, that one output cell sees. */
  field: number;
}

/** What a layer learns and computes; a shape with 0 where no window fits. */
export function costOf({ kind, i, o, k, s, p, n }: ParameterSettings): Cost {
  if (kind === 'dense') return { parameters: i * o + o, macs: i * o, shape: [o], field: i };
  const side = outputSize(n, { kernel: k, stride: s, padding: [p, p] });
  if (kind === 'norm') return { parameters: 2 * i, macs: i * n * n, shape: [i, n, n], field: 1 };
  if (kind === 'pool') return { parameters: 0, macs: 0, shape: [i, side, side], field: k };
  const each = i * k * k;
  return {
    ...{ parameters: o * (each + 1), macs: o * side * side * each },
    ...{ shape: [o, side, side], field: k },
  };
}
