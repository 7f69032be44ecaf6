/** Which channels of a node make a channel of the next one, in the channels that a column shows. */

import { mapStack } from './maps';
import type { Geometry, NodeInfo } from './types';

type Drawn = Pick<NodeInfo, 'shape' | 'geometry'>;
/** First channel, last channel + 1. */
type Channels = readonly [number, number];

export interface ChannelSource {
  /** Which of the node's inputs. */
  input: number;
  channels: Channels;
}

/**
 * The channels of each input that one channel of `node` reads; inputs of which nothing is read are
 * left out. A channel is what a column draws: a map, a segment of a flattened vector, or one number
 * of another vector.
 */
export function channelSources(
  node: Drawn,
  channel: number,
  inputs: readonly Drawn[],
): ChannelSource[] {
  const total = mapStack(node).count;
  return inputs.flatMap((from, input) => {
    const count = mapStack(from).count;
    const [first, end] = read(node.geometry, channel, { input, count, total });
    const channels: Channels = [Math.max(0, first), Math.min(count, end)];
    return channels[0] < channels[1] ? [{ input, channels }] : [];
  });
}

interface Link {
  input: number;
  /** Channels of the input. */
  count: number;
  /** Channels of the node. */
  total: number;
}

function read(geometry: Geometry, channel: number, { input, count, total }: Link): Channels {
  if (isMixer(geometry)) return [0, count];
  if (geometry.kind === 'window' && geometry.mixes) {
    return groupOf(channel, total, count, geometry.groups);
  }
  if (geometry.kind === 'concat' && geometry.axis === 0) {
    const here = channel - offsetOf(geometry.sizes, input);
    return counterpart(here, geometry.sizes[input] ?? 0, count);
  }
  return counterpart(channel, total, count);
}

/** The channel of `count` that one of `total` belongs to: a number of a flat map is in its segment. */
function counterpart(channel: number, total: number, count: number): Channels {
  const at = Math.floor((channel * count) / total);
  return total % count === 0 ? [at, at + 1] : [0, count];
}

function isMixer({ kind }: Geometry): boolean {
  return kind === 'dense' || kind === 'softmax' || kind === 'other';
}

/** The channels on the other side of a grouped window: `size` of them are shared out. */
function groupOf(channel: number, mine: number, size: number, groups = 1): Channels {
  const group = Math.floor((channel * groups) / mine);
  const each = size / groups;
  return [group * each, (group + 1) * each];
}

function offsetOf(sizes: readonly number[], input: number): number {
  return sizes.slice(0, input).reduce((sum, size) => sum + size, 0);
}
