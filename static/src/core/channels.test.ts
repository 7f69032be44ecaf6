import { describe, expect, it } from 'vitest';
import { channelSources } from './channels';
import type { Geometry, NodeInfo } from './types';

type Drawn = Pick<NodeInfo, 'id' | 'inputs' | 'shape' | 'geometry'>;

function node(id: string, geometry: Geometry, shape: number[], ...inputs: string[]): Drawn {
  return { id, geometry, shape, inputs };
}

function conv(groups: number, out: number, mixes = true): Geometry {
  const square = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: [[1, 1] as const] };
  return { kind: 'window', ...square, groups, out, mixes };
}

const NODES: Drawn[] = [
  node('input', { kind: 'input' }, [3, 8, 8]),
  node('conv', conv(1, 4), [4, 8, 8], 'input'),
  node('grouped', conv(2, 8), [8, 8, 8], 'conv'),
  node('relu', { kind: 'cell', function: 'relu' }, [8, 8, 8], 'grouped'),
  node('cat', { kind: 'concat', axis: 0, sizes: [4, 8] }, [12, 8, 8], 'conv', 'relu'),
  node(
    'pool',
    { kind: 'adaptive', output: [2, 2], mode: 'average', mixes: false },
    [12, 2, 2],
    'cat',
  ),
  node('flat', { kind: 'flatten', from: [12, 2, 2] }, [48], 'pool'),
  node('dense', { kind: 'dense', in: 48, out: 10 }, [10], 'flat'),
  node('softmax', { kind: 'softmax' }, [10], 'dense'),
];

function sourcesOf(id: string, channel: number) {
  const found = NODES.find((entry) => entry.id === id) as Drawn;
  const inputs = found.inputs.map((name) => NODES.find((entry) => entry.id === name) as Drawn);
  return channelSources(found, channel, inputs).map(({ input, channels }) => [input, ...channels]);
}

describe('channelSources', () => {
  it.each([
    ['input', 0, []],
    ['conv', 2, [[0, 0, 3]]],
    ['grouped', 3, [[0, 0, 2]]],
    ['grouped', 4, [[0, 2, 4]]],
    ['relu', 5, [[0, 5, 6]]],
    ['cat', 3, [[0, 3, 4]]],
    ['cat', 4, [[1, 0, 1]]],
    ['pool', 11, [[0, 11, 12]]],
    ['flat', 7, [[0, 7, 8]]],
    ['dense', 9, [[0, 0, 12]]],
    ['softmax', 0, [[0, 0, 10]]],
  ] as const)('of %s %i are %j', (id, channel, wanted) => {
    expect(sourcesOf(id, channel)).toEqual(wanted);
  });

  it('of a depthwise convolution with two outputs a channel are that one channel', () => {
    const depthwise = node('dw', conv(3, 6), [6, 8, 8], 'input');
    expect(channelSources(depthwise, 3, [NODES[0] as Drawn])).toEqual([
      { input: 0, channels: [1, 2] },
    ]);
  });

  it('of an addition are one channel of each, or the only one that is broadcast', () => {
    const add = node('add', { kind: 'cell', function: 'add' }, [4, 8, 8], 'a', 'b');
    const inputs = [
      node('a', { kind: 'input' }, [4, 8, 8]),
      node('b', { kind: 'input' }, [1, 8, 8]),
    ];
    expect(channelSources(add, 2, inputs).map(({ channels }) => channels)).toEqual([
      [2, 3],
      [0, 1],
    ]);
  });
});
