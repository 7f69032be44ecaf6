import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeNode, NODES } from '../../tests/network';
import { fieldOf, poolWinners, windowsOf } from './fields';
import { receptiveField, type FieldNode, type SourceBox } from './geometry';
import type { Geometry, NodeInfo } from './types';

interface Winners {
  kind: string;
  name: string;
  nodes: [NodeInfo, NodeInfo];
  values: (number | null)[];
  channel: number;
  expected: [number, number][];
}

interface Sources {
  kind: string;
  name: string;
  geometry: Geometry;
  cell: number[];
  input_shapes: number[][];
  expected: SourceBox[];
}

interface Field {
  kind: string;
  name: string;
  nodes: FieldNode[];
  id: string;
  cell: number[];
  expected: { clipped: [number, number, number, number] };
}

function read<T extends { kind: string }>(file: string, kind: string): T[] {
  const path = new URL(`../../../tests/golden/${file}`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as T[]).filter((entry) => entry.kind === kind);
}

const byId = (nodes: readonly NodeInfo[]) => new Map(nodes.map((node) => [node.id, node]));
const network = byId(NODES);

describe('windowsOf', () => {
  const onMaps = read<Sources>('geometry.json', 'sources').filter(({ input_shapes }) =>
    input_shapes.every((shape) => shape.length === 3),
  );

  it.each(onMaps.map((entry, i) => ({ ...entry, i })))(
    'of $name $cell ($i) are the cells that torch reads, on every input',
    ({ geometry, cell, input_shapes, expected }) => {
      const inputs = input_shapes.map((shape, i) => makeNode({ id: `in${i}`, shape }));
      const node = makeNode({
        ...{ id: 'node', inputs: inputs.map(({ id }) => id), geometry },
        shape: cell.length === 3 ? [8, 8, 8] : [64],
      });
      const found = windowsOf(byId([...inputs, node]), 'node', cell);
      expect(found).toEqual(
        expected.map(({ input, c, y, x }) => ({
          ...{ node: `in${input}`, y0: y[0], y1: y[1], x0: x[0], x1: x[1] },
          channels: c,
        })),
      );
    },
  );

  it('are none on inputs that are not drawn as maps', () => {
    expect(windowsOf(network, 'dense', [1])).toEqual([]);
    expect(windowsOf(network, 'input', [0, 1, 1])).toEqual([]);
  });

  it('are none where the operation is unknown, has a volume, or is not there', () => {
    const unknown = makeNode({
      ...{ id: 'n', inputs: ['input'], shape: [3, 8, 8] },
      geometry: { kind: 'other', function: 'fft' },
    });
    const volume = makeNode({
      ...{ id: 'v', inputs: ['input'], shape: [1, 3, 8, 8] },
      geometry: { kind: 'cell', function: 'relu' },
    });
    const more = byId([...NODES, unknown, volume]);
    expect(windowsOf(more, 'n', [0, 0, 0])).toEqual([]);
    expect(windowsOf(more, 'v', [0, 0, 0, 0])).toEqual([]);
    expect(windowsOf(more, 'nobody', [0])).toEqual([]);
  });
});

describe('fieldOf', () => {
  it.each(read<Field>('geometry.json', 'receptive_field').map((entry, i) => ({ ...entry, i })))(
    'of $name $id $cell ($i) is what the gradient reaches',
    ({ nodes, id, cell, expected }) => {
      const full = nodes.map((node) =>
        makeNode({ ...node, op: node.geometry.kind === 'input' ? 'input' : 'other' }),
      );
      const [y0, y1, x0, x1] = expected.clipped;
      expect(fieldOf(byId(full), id, cell)).toMatchObject({ node: 'input', y0, y1, x0, x1 });
    },
  );

  it('of a number of a vector is what all its maps can see', () => {
    const [y0, y1, x0, x1] = receptiveField(NODES, 'dense', [2]).clipped;
    expect([y0, y1, x0, x1]).toEqual([0, 8, 0, 8]);
    expect(fieldOf(network, 'dense', [2])).toEqual({
      ...{ node: 'input', y0, y1, x0, x1 },
      channels: [0, 3],
    });
  });

  it('is unknown without an input that is drawn as maps, and with a volume anywhere', () => {
    const vector = makeNode({ id: 'input', op: 'input', shape: [3] });
    const volume = makeNode({ id: 'v', inputs: ['input'], shape: [1, 3, 8, 8] });
    expect(fieldOf(byId([vector]), 'input', [0])).toBeNull();
    expect(fieldOf(byId([...NODES, volume]), 'conv', [0, 0, 0])).toBeNull();
    expect(fieldOf(new Map(), 'conv', [0, 0, 0])).toBeNull();
  });

  it('is none for a cell that only padding makes', () => {
    const padded = makeNode({
      ...{ id: 'pad', inputs: ['input'], shape: [1, 12, 12] },
      geometry: {
        ...{ kind: 'window', kernel: [1, 1], stride: [1, 1], dilation: [1, 1] },
        padding: [
          [2, 2],
          [2, 2],
        ],
        mixes: true,
      },
    });
    expect(fieldOf(byId([...NODES, padded]), 'pad', [0, 0, 0])).toBeNull();
  });
});

describe('poolWinners', () => {
  it.each(read<Winners>('links.json', 'winners'))(
    'of $name are the cells whose indices torch returns',
    ({ nodes: [input, pool], values, channel, expected }) => {
      const numbers = Float32Array.from(values, (value) => value ?? NaN);
      const found = poolWinners(pool, input, numbers, channel).map(({ y, x }) => [y, x]);
      expect(found.sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d)).toEqual(expected);
    },
  );

  it('are none where nothing is compared', () => {
    const values = new Float32Array(192);
    const [input, conv] = [network.get('input') as NodeInfo, network.get('conv') as NodeInfo];
    expect(poolWinners(conv, input, values, 0)).toEqual([]);
    const average: NodeInfo = {
      ...(network.get('pool') as NodeInfo),
      geometry: { kind: 'adaptive', output: [3, 3], mode: 'average', mixes: false },
    };
    expect(poolWinners(average, input, values, 0)).toEqual([]);
  });
});
