/** How the channels bench is set. */
import { flag, real, whole, type SettingsTable } from '../../core/settings';

export interface ChannelSettings {
  /** Output channels of the first and of the second layer. */
  a: number;
  b: number;
  /** Side of the kernels. */
  k: number;
  /** The mixer: what each plane counts. */
  r: number;
  g: number;
  bl: number;
  /** Channels that the large kernels are squeezed to. */
  q: number;
  /** Channels double where height and width halve. */
  rule: boolean;
}

export const MOST_CHANNELS = 32;

export const CHANNEL_TABLE: SettingsTable<ChannelSettings> = {
  a: whole(8, 1, MOST_CHANNELS),
  b: whole(16, 1, MOST_CHANNELS),
  k: whole(3, 1, 7),
  r: real(0.5, -1, 1),
  g: real(0.5, -1, 1),
  bl: real(0, -1, 1),
  q: whole(16, 1, 192),
  rule: flag(true),
};

/** Multiplications of 5 x 5 kernels from 192 to 32 channels on 28 x 28, at once or through q maps. */
export function squeezeCost(q: number): { direct: number; squeezed: number } {
  const cells = 28 * 28;
  return { direct: cells * 25 * 192 * 32, squeezed: cells * (192 * q + 25 * q * 32) };
}

/** Multiplications of a 3 x 3 layer on each of four blocks, sides halved from block to block. */
export function blockCosts(
  doubles: boolean,
): readonly { side: number; channels: number; cost: number }[] {
  return [0, 1, 2, 3].map((i) => {
    const [side, channels] = [56 / 2 ** i, 64 * (doubles ? 2 ** i : 1)];
    return { side, channels, cost: side * side * 9 * channels * channels };
  });
}
