/** A small network with every kind of column, and what the server says about it. */
import type { NodeInfo, TraceHeader } from '../src/core/types';
import type { Card, PageData } from '../src/io/api';

export function makeNode(part: Pick<NodeInfo, 'id'> & Partial<NodeInfo>): NodeInfo {
  const rest = { inputs: [], shape: [1], parameters: 0, weights: {}, note: '', block: 0 };
  return { op: 'other', label: part.id, geometry: { kind: 'input' }, ...rest, ...part };
}

const square = (size: number) => ({
  kernel: [size, size],
  dilation: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ] as [number, number][],
});

/** 3 x 8 x 8 -> convolution -> 4 x 6 x 6 -> ReLU -> max pooling -> 4 x 3 x 3 -> 36 -> 3 -> softmax. */
export const NODES: readonly NodeInfo[] = [
  makeNode({ id: 'input', op: 'input', shape: [3, 8, 8] }),
  makeNode({
    id: 'conv',
    op: 'conv',
    inputs: ['input'],
    shape: [4, 6, 6],
    parameters: 112,
    geometry: { kind: 'window', ...square(3), stride: [1, 1], groups: 1, out: 4, mixes: true },
    weights: { weight: 'conv.weight', bias: 'conv.bias' },
  }),
  makeNode({
    id: 'relu',
    op: 'activation',
    inputs: ['conv'],
    shape: [4, 6, 6],
    geometry: { kind: 'cell', function: 'relu' },
  }),
  makeNode({
    id: 'pool',
    op: 'pool',
    inputs: ['relu'],
    shape: [4, 3, 3],
    geometry: { kind: 'window', ...square(2), stride: [2, 2], mixes: false, mode: 'max' },
  }),
  makeNode({
    id: 'flat',
    op: 'flatten',
    inputs: ['pool'],
    shape: [36],
    geometry: { kind: 'flatten', from: [4, 3, 3] },
  }),
  makeNode({
    id: 'dense',
    op: 'dense',
    inputs: ['flat'],
    shape: [3],
    parameters: 111,
    geometry: { kind: 'dense', in: 36, out: 3 },
    weights: { weight: 'dense.weight', bias: 'dense.bias' },
  }),
  makeNode({
    id: 'softmax',
    op: 'softmax',
    inputs: ['dense'],
    shape: [3],
    geometry: { kind: 'softmax', axis: 0 },
  }),
];

const CLASSES = ['cat', 'dog', 'owl'];

export function makeCard(id: string, nodes: readonly NodeInfo[] = NODES): Card {
  return {
    id,
    name: id,
    input: { channels: 3, height: 8, width: 8 },
    classes: CLASSES,
    labels: CLASSES.map((each) => ({ id: each, en: each, zh: each })),
    parameters: nodes.reduce((sum, node) => sum + node.parameters, 0),
    nodes,
    about: { en: '', zh: '' },
    mean: [0, 0, 0],
    std: [1, 1, 1],
    fit: id === 'digits' ? 'digit' : 'photo',
    licence: 'MIT',
    data: {},
    metrics: {},
    recipe: {},
  };
}

const bundled = (id: string, fit: 'photo' | 'digit') => ({
  ...{ id, fit, en: id, zh: id },
  ...{ source: '', credit: '', licence: '' },
});

/** Two networks, `tiny` for photographs (the first) and `digits`, and two pictures for each. */
export function makePage(): PageData {
  const card = makeCard('tiny');
  return {
    version: '0',
    card,
    models: [card, makeCard('digits')],
    pictures: [
      ...['coffee', 'rocket'].map((id) => bundled(id, 'photo')),
      ...['seven', 'one'].map((id) => bundled(id, 'digit')),
    ],
  };
}

/** The header of a trace; the ranges are those of `tests/server.ts`. */
export function makeHeader(
  trace: string,
  model = 'tiny',
  nodes: readonly NodeInfo[] = NODES,
): TraceHeader {
  const layer = Object.fromEntries(nodes.map(({ id }) => [id, [-2, 2] as const]));
  return {
    trace_id: trace,
    base: '',
    edits: [],
    gradient: null,
    model,
    classes: CLASSES,
    logits: [1, 0, -1],
    probabilities: [0.5, 0.3, 0.2],
    nodes: nodes.map((node) => ({ ...node, block: node.shape.length > 1 ? 0 : 1 })),
    ranges: { map: {}, layer, block: { '0': [-3, 3], '1': [-4, 4] }, network: [-5, 5] },
    picture: {
      ...{ format: 'PNG', width: 8, height: 8, bytes: 100, frames: 1, notes: [] },
      crop: { x: 0, y: 0, width: 8, height: 8 },
    },
  };
}
