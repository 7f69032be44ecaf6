import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeNode, NODES } from '../../tests/network';
import { incoming, outgoing, type ChannelAt, type Network } from './links';
import { mapStack } from './maps';
import type { NodeInfo } from './types';
import type { Tensor } from './wire';

interface Case {
  name: string;
  nodes: NodeInfo[];
  channel: number;
  weights?: Record<string, { shape: number[]; data: number[] }>;
}

type Golden =
  | (Case & { kind: 'links'; expected: [string, number][] })
  | (Case & { kind: 'dense'; expected: [string, number, number, number][] })
  | (Case & {
      kind: 'filter';
      expected: { kernels: { input: number; sum: number; strength: number }[] };
    });

const path = new URL('../../../tests/golden/links.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden[];
const casesOf = <K extends Golden['kind']>(kind: K) =>
  golden.filter((entry): entry is Extract<Golden, { kind: K }> => entry.kind === kind);

function networkOf(nodes: readonly NodeInfo[], weights: Case['weights'] = {}): Network {
  const tensors = Object.entries(weights).map(([name, { shape, data }]): [string, Tensor] => [
    name,
    { dtype: 'F32', shape, data: Float32Array.from(data) },
  ]);
  return { nodes: new Map(nodes.map((node) => [node.id, node])), weights: new Map(tensors) };
}

function linksOf({ nodes, weights, channel }: Case) {
  return incoming(networkOf(nodes, weights), { node: nodes.at(-1)?.id ?? '', channel });
}

const every = (nodes: readonly NodeInfo[]): ChannelAt[] =>
  nodes.flatMap((node) =>
    Array.from({ length: mapStack(node).count }, (_, channel) => ({ node: node.id, channel })),
  );

describe('incoming', () => {
  const maps = casesOf('filter').filter(({ nodes }) => nodes.at(-1)?.shape.length === 3);

  it.each(maps)('of a convolution $name sum up the kernels that torch has', (entry) => {
    const found = linksOf(entry).map(({ from, weight, strength }) => [
      ...[from.node, from.channel, weight, strength],
    ]);
    const { kernels } = entry.expected;
    expect(found).toEqual(kernels.map((each) => ['in0', each.input, each.sum, each.strength]));
  });

  it.each(maps)('of a convolution $name are the same channels without weights', (entry) => {
    const found = linksOf({ ...entry, weights: {} });
    expect(found.map(({ from }) => from.channel)).toEqual(
      entry.expected.kernels.map(({ input }) => input),
    );
    expect(found.every(({ weight, strength }) => weight === null && strength === 1)).toBe(true);
  });

  it.each(casesOf('links').map((entry, i) => ({ ...entry, i })))(
    'of $name ($i) are the channels that the gradient reaches',
    (entry) => {
      const found = linksOf(entry);
      expect(found.map(({ from }) => [from.node, from.channel])).toEqual(entry.expected);
      expect(found.every(({ weight }) => weight === null)).toBe(true);
    },
  );

  it.each(casesOf('dense'))('of $name take the weights of a channel together', (entry) => {
    const found = linksOf(entry).map(({ from, weight, strength }) => [
      ...[from.node, from.channel, weight, strength],
    ]);
    expect(found).toEqual(entry.expected);
  });

  it('of a layer along one axis of something larger carry no weights', () => {
    const nodes = [
      makeNode({ id: 'words', shape: [4, 8] }),
      makeNode({
        ...{ id: 'dense', op: 'dense', inputs: ['words'], shape: [4, 2] },
        geometry: { kind: 'dense', in: 8, out: 2 },
        weights: { weight: 'w' },
      }),
    ];
    const network = networkOf(nodes, { w: { shape: [2, 8], data: Array<number>(16).fill(1) } });
    const found = incoming(network, { node: 'dense', channel: 3 });
    expect(found.map(({ weight }) => weight)).toEqual(Array(32).fill(null));
  });

  it('of the input, and of a node that is not there, are none', () => {
    expect(incoming(networkOf(NODES), { node: 'input', channel: 0 })).toEqual([]);
    expect(incoming(networkOf(NODES), { node: 'nobody', channel: 0 })).toEqual([]);
  });
});

describe('outgoing', () => {
  const network = networkOf(NODES);
  const all = every(NODES);
  const channelsOf = (id: string) => all.filter(({ node }) => node === id).map((at) => at.channel);

  it.each(all)('of $node $channel are the links that say they come from it', (at) => {
    const into = all.flatMap((to) => incoming(network, to));
    const mine = into.filter(({ from }) => from.node === at.node && from.channel === at.channel);
    expect(outgoing(network, at, channelsOf)).toEqual(mine);
  });

  it('go to the channels that are asked for alone', () => {
    const found = outgoing(network, { node: 'input', channel: 1 }, () => [0, 3]);
    expect(found.map(({ to }) => to)).toEqual([
      { node: 'conv', channel: 0 },
      { node: 'conv', channel: 3 },
    ]);
  });

  it('go to every node that reads the channel', () => {
    const skip = makeNode({
      ...{ id: 'skip', inputs: ['relu', 'conv'], shape: [4, 6, 6] },
      geometry: { kind: 'cell', function: 'add' },
    });
    const found = outgoing(networkOf([...NODES, skip]), { node: 'conv', channel: 2 }, channelsOf);
    const wide = outgoing(networkOf([...NODES, skip]), { node: 'conv', channel: 2 }, () => [2]);
    expect(found.map(({ to }) => to.node)).toEqual(['relu']);
    expect(wide.map(({ to }) => to.node)).toEqual(['relu', 'skip']);
  });
});
