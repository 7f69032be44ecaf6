/** Which channels feed a channel, and with what weight: the lines that light up under the pointer. */
import { channelSources } from './channels';
import { filterOf, floats, strength, sum } from './kernels';
import { mapStack } from './maps';
import { isMaps, type NodeInfo } from './types';
import type { Tensor } from './wire';

export interface ChannelAt {
  node: string;
  channel: number;
}

export interface ChannelLink {
  from: ChannelAt;
  to: ChannelAt;
  /** Sum of the weights between the two channels; null where nothing is weighed. */
  weight: number | null;
  /** Sum of the absolute weights; 1 where nothing is weighed. */
  strength: number;
}

export interface Network {
  nodes: ReadonlyMap<string, NodeInfo>;
  weights: ReadonlyMap<string, Tensor>;
}

/** The links into one channel of a node, in the order of its inputs. */
export function incoming(network: Network, { node: id, channel }: ChannelAt): ChannelLink[] {
  const node = network.nodes.get(id);
  if (!node || node.inputs.length === 0) return [];
  const to = { node: id, channel };
  const weighed = weighedSources(network, node, channel);
  const sources = weighed ?? plainSources(network, node, channel);
  return sources.map((source) => ({ to, weight: null, strength: 1, ...source }));
}

/** The links from one channel to those channels of its consumers that are asked for. */
export function outgoing(
  network: Network,
  at: ChannelAt,
  asked: (node: string) => Iterable<number>,
): ChannelLink[] {
  const links: ChannelLink[] = [];
  for (const consumer of network.nodes.values()) {
    if (!consumer.inputs.includes(at.node)) continue;
    for (const channel of asked(consumer.id)) {
      const into = incoming(network, { node: consumer.id, channel });
      links.push(
        ...into.filter(({ from }) => from.node === at.node && from.channel === at.channel),
      );
    }
  }
  return links;
}

type Source = Pick<ChannelLink, 'from'> & Partial<ChannelLink>;

function weighedSources(network: Network, node: NodeInfo, channel: number): Source[] | null {
  const input = node.inputs[0] as string;
  if (isMaps(node.shape) && node.geometry.kind === 'window' && node.geometry.mixes) {
    const filter = filterOf(node, network.weights, channel);
    return (
      filter?.kernels.map(({ input: from, values }) => ({
        from: { node: input, channel: from },
        weight: sum(values),
        strength: strength(values),
      })) ?? null
    );
  }
  return node.geometry.kind === 'dense' ? denseSources(network, node, channel) : null;
}

/** One source per channel of the input: a flattened channel's weights are taken together. */
function denseSources(network: Network, node: NodeInfo, channel: number): Source[] | null {
  const input = network.nodes.get(node.inputs[0] as string);
  const all = floats(network.weights.get(node.weights['weight'] ?? ''));
  if (!input || !all || node.geometry.kind !== 'dense') return null;
  const width = node.geometry.in;
  const { count, height, width: columns } = mapStack(input);
  const size = height * columns;
  // A layer along one axis of something larger mixes no whole channels.
  if (count * size !== width) return null;
  return Array.from({ length: count }, (_, i) => {
    const start = channel * width + i * size;
    const weights = all.subarray(start, start + size);
    return {
      from: { node: input.id, channel: i },
      weight: sum(weights),
      strength: strength(weights),
    };
  });
}

function plainSources(network: Network, node: NodeInfo, channel: number): Source[] {
  const inputs = node.inputs.flatMap((input) => network.nodes.get(input) ?? []);
  return channelSources(node, channel, inputs).flatMap(({ input, channels: [first, end] }) =>
    Array.from({ length: end - first }, (_, i) => ({
      from: { node: (inputs[input] as NodeInfo).id, channel: first + i },
    })),
  );
}
