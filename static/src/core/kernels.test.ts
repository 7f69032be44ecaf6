import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { colourKernel, filterOf, floats, strength, sum, symmetricRange } from './kernels';
import type { NodeInfo } from './types';
import type { Tensor } from './wire';

interface Golden {
  kind: string;
  name: string;
  nodes: NodeInfo[];
  weights: Record<string, { shape: number[]; data: number[] }>;
  channel: number;
  expected: {
    bias: number | null;
    kernels: { input: number; shape: number[]; data: number[]; sum: number; strength: number }[];
  };
}

const path = new URL('../../../tests/golden/links.json', import.meta.url);
const golden = (JSON.parse(readFileSync(path, 'utf8')) as Golden[]).filter(
  ({ kind }) => kind === 'filter',
);

const tensor = (data: number[], shape = [data.length]): Tensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(data),
});

const weightsOf = ({ weights }: Golden): Map<string, Tensor> =>
  new Map(Object.entries(weights).map(([name, { data, shape }]) => [name, tensor(data, shape)]));

const first = golden[0] as Golden;
const convOf = ({ nodes }: Golden) => nodes.at(-1) as NodeInfo;

describe('filterOf', () => {
  it('is tested against torch on every kind of convolution', () => {
    expect(golden.length).toBeGreaterThan(20);
  });

  it.each(golden)('of a convolution $name is what impulses leave behind in torch', (entry) => {
    const filter = filterOf(convOf(entry), weightsOf(entry), entry.channel);
    expect(filter?.bias).toBe(entry.expected.bias);
    expect(filter?.kernels.map(({ input }) => input)).toEqual(
      entry.expected.kernels.map(({ input }) => input),
    );
    filter?.kernels.forEach((kernel, i) => {
      const wanted = entry.expected.kernels[i] as Golden['expected']['kernels'][0];
      expect([...kernel.values]).toEqual(wanted.data);
      expect(kernel.columns).toBe(wanted.shape.at(-1));
      expect(kernel.rows * kernel.columns).toBe(wanted.data.length);
      expect([sum(kernel.values), strength(kernel.values)]).toEqual([wanted.sum, wanted.strength]);
    });
  });

  it('is nothing while the weights are not here', () => {
    expect(filterOf(convOf(first), new Map(), 0)).toBeNull();
  });

  it('is nothing for a node without a window', () => {
    const node: NodeInfo = { ...convOf(first), geometry: { kind: 'cell', function: 'relu' } };
    expect(filterOf(node, weightsOf(first), 0)).toBeNull();
  });

  it('shares the memory of the weights', () => {
    const weights = weightsOf(first);
    const kernel = filterOf(convOf(first), weights, 0)?.kernels[0];
    expect(kernel?.values.buffer).toBe(weights.get('conv.weight')?.data.buffer);
  });
});

describe('floats', () => {
  it('are none for other numbers', () => {
    expect(floats({ dtype: 'U8', shape: [1], data: Uint8Array.of(1) })).toBeNull();
    expect(floats(undefined)).toBeNull();
  });
});

describe('symmetricRange', () => {
  it.each([
    [[-3, 2], -3, 3],
    [[1, 2], -2, 2],
    [[0], -0, 0],
    [[], -0, 0],
  ])('of %j reaches as far below zero as above', (values, lo, hi) => {
    expect(symmetricRange(values)).toEqual([lo, hi]);
  });
});

describe('colourKernel', () => {
  const kernelsOf = (...planes: number[][]) => ({
    bias: null,
    kernels: planes.map((values, input) => ({
      ...{ input, rows: 1, columns: values.length },
      values: Float32Array.from(values),
    })),
  });

  it('puts zero on mid grey and the strongest weight of all three at the end', () => {
    const bytes = colourKernel(kernelsOf([0, 2], [0, -2], [0, 1]));
    expect([...(bytes ?? [])]).toEqual([128, 128, 128, 255, 0, 191]);
  });

  it('is mid grey where every weight is zero', () => {
    expect([...(colourKernel(kernelsOf([0], [0], [0])) ?? [])]).toEqual([128, 128, 128]);
  });

  it('is only for red, green and blue', () => {
    expect(colourKernel(kernelsOf([1]))).toBeNull();
    expect(colourKernel(kernelsOf([1], [1], [1], [1]))).toBeNull();
  });
});
