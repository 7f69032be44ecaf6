import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sources } from './geometry';
import {
  contrastRange,
  largestSize,
  productsOf,
  shareOf,
  strongestFirst,
  tapsOf,
  windowAround,
} from './products';
import type { NodeInfo, WindowGeometry } from './types';
import type { Tensor } from './wire';

interface Plain {
  shape: number[];
  data: number[];
}
interface Golden {
  name: string;
  nodes: [NodeInfo, NodeInfo];
  weights: Record<string, Plain>;
  values: Plain;
  channel: number;
  expected: { products: (Plain & { input: number })[]; whole: Plain };
}

const path = new URL('../../../tests/golden/products.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden[];
const first = golden[0] as Golden;
const toTensor = ({ shape, data }: Plain): Tensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(data),
});

function take({ nodes: [input, node], weights, values, channel }: Golden) {
  const known = new Map(Object.entries(weights).map(([name, each]) => [name, toTensor(each)]));
  const given = { values: Float32Array.from(values.data), weights: known };
  return productsOf(node, input, channel, given);
}

const window = (kernel: number, more: Partial<WindowGeometry> = {}): WindowGeometry => ({
  ...{ kind: 'window', kernel: [kernel, kernel], stride: [1, 1], dilation: [1, 1], mixes: true },
  padding: [
    [0, 0],
    [0, 0],
  ],
  ...more,
});

describe('productsOf', () => {
  it('is tested against torch on every kind of convolution', () => {
    expect(golden.length).toBeGreaterThan(20);
  });

  it.each(golden)(
    'of a convolution $name has the maps that torch makes channel by channel',
    (entry) => {
      const found = take(entry);
      const { products } = entry.expected;
      expect(found?.inputs).toEqual(products.map(({ input }) => input));
      found?.maps.forEach((map, i) => {
        const { data, shape } = products[i] as Plain;
        expect([found.height, found.width]).toEqual(shape);
        expect([...map]).toEqual(data);
      });
    },
  );

  it.each(golden)('of a convolution $name adds up with the bias to the whole', (entry) => {
    const found = take(entry);
    entry.expected.whole.data.forEach((value, i) => {
      const sum = found?.maps.reduce((all, map) => all + (map[i] as number), 0) ?? NaN;
      expect(sum + (found?.filter.bias ?? 0)).toBeCloseTo(value, 5);
    });
  });

  it('says how large each channel is on the whole', () => {
    const { data } = first.expected.products[0] as Plain;
    const mean = data.reduce((sum, value) => sum + Math.abs(value), 0) / data.length;
    expect(take(first)?.means[0]).toBeCloseTo(mean, 6);
  });

  it('is nothing while values or weights are not here', () => {
    const [input, node] = first.nodes;
    expect(productsOf(node, input, 0, { values: undefined, weights: new Map() })).toBeNull();
    const values = Float32Array.from(first.values.data);
    expect(productsOf(node, input, 0, { values, weights: new Map() })).toBeNull();
  });
});

describe('tapsOf', () => {
  it.each(golden)('of a convolution $name are the sources, and cells of the padding', (entry) => {
    const [input, node] = entry.nodes;
    const geometry = node.geometry as WindowGeometry;
    const [, rows = 0, columns = 0] = input.shape;
    const [, height = 0, width = 0] = node.shape;
    for (const [y, x] of [
      [0, 0],
      [height - 1, width - 1],
      [height >> 1, width >> 1],
    ] as const) {
      const inside = ([0, 1] as const).map((axis) => {
        const size = axis === 0 ? rows : columns;
        const taps = tapsOf(geometry, axis, axis === 0 ? y : x);
        return taps.filter((tap) => tap !== null && tap >= 0 && tap < size).map(Number);
      });
      const [box] = sources(geometry, [entry.channel, y, x], [input.shape]);
      const cells = ([start, stop, step]: readonly [number, number, number]) =>
        Array.from({ length: Math.ceil((stop - start) / step) }, (_, i) => start + i * step);
      const wanted = box ? [cells(box.y), cells(box.x)] : [[], []];
      const isEmpty = inside.some((taps) => taps.length === 0);
      expect(isEmpty ? [[], []] : inside.map((taps) => taps.sort((a, b) => a - b))).toEqual(wanted);
    }
  });
});

describe('windowAround', () => {
  const out = { height: 8, width: 8 };

  it.each([
    ['valid', window(3), { y: 4, x: 5 }, { y: 3, x: 4 }],
    ['at the border', window(3), { y: 0, x: 9 }, { y: 0, x: 7 }],
    ['with strides', window(3, { stride: [2, 2] }), { y: 5, x: 1 }, { y: 2, x: 0 }],
    ['transposed', window(1, { stride: [2, 2], transposed: true }), { y: 3, x: 1 }, { y: 6, x: 2 }],
  ])('%s has the cell in its middle', (_name, geometry, cell, wanted) => {
    expect(windowAround(geometry, cell, out)).toEqual(wanted);
  });
});

describe('an order by strength', () => {
  it('takes the sign for nothing and keeps equals in order', () => {
    expect(strongestFirst([0.5, -2, 1, -0.5])).toEqual([1, 2, 0, 3]);
  });

  it('says which share the first have in all that is added up', () => {
    expect(shareOf([3, -4, 1], [0, 1])).toBe(7 / 8);
    expect(shareOf([0, 0], [0])).toBe(1);
  });
});

describe('contrastRange', () => {
  /** Share of the colours that half of the maps use at least. */
  const medianUse = (maps: readonly Float32Array[], end: number) => {
    const uses = maps.map((map) => Math.min(1, largestSize(map) / end)).sort((a, b) => a - b);
    return uses[Math.floor((uses.length - 1) / 2)] as number;
  };
  const ofSizes = (...sizes: number[]) => sizes.map((size) => Float32Array.of(0, -size, size / 2));

  it.each([
    ['equal maps', ofSizes(1, 1, 1)],
    ['one map that outshines all', ofSizes(0.1, 0.2, 0.1, 50)],
    ['ever larger maps', ofSizes(1, 2, 4, 8, 16, 32)],
    ['torch', take(first)?.maps ?? []],
  ])('lets half of the maps use half of the colours: %s', (_name, maps) => {
    const [lo, hi] = contrastRange(maps);
    expect(lo).toBe(-hi);
    expect(medianUse(maps, hi)).toBeGreaterThanOrEqual(0.5);
  });

  it('holds every value where no map outshines the others', () => {
    expect(contrastRange(ofSizes(1, 1.5, 2))).toEqual([-2, 2]);
  });

  it('has no width where all is zero', () => {
    expect(contrastRange(ofSizes(0, 0))).toEqual([-0, 0]);
  });
});
