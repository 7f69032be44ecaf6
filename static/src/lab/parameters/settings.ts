/** How the parameter calculator is set. */
import { choice, flag, whole, type SettingsTable } from '../../core/settings';

export const LAYERS = [
  ...(['conv', 'transposed', 'dense', 'norm', 'groupnorm', 'layernorm', 'prelu'] as const),
  ...(['pool', 'activation', 'dropout', 'flatten', 'add', 'concat'] as const),
] as const;
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
  /** Dilation. */
  d: number;
  /** Groups. */
  g: number;
  /** Output padding of a transposed convolution. */
  a: number;
  /** Side of the input maps. */
  n: number;
  /** A convolution or dense layer has biases. */
  bias: boolean;
  /** PReLU has a slope for each channel, not one for all. */
  each: boolean;
  net: NetworkId;
}

export const PARAMETER_TABLE: SettingsTable<ParameterSettings> = {
  kind: choice(LAYERS),
  i: whole(3, 1, 4096),
  o: whole(8, 1, 4096),
  k: whole(3, 1, 15),
  s: whole(1, 1, 8),
  p: whole(1, 0, 7),
  d: whole(1, 1, 8),
  g: whole(1, 1, 4096),
  a: whole(0, 0, 7),
  n: whole(28, 1, 512),
  bias: flag(true),
  each: flag(false),
  net: choice(Object.keys(NETWORKS) as NetworkId[]),
};
