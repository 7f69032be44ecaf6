/** A stack of layers along one axis, and what one cell of the last sees of the input. */
import { correlate, type Maps } from '../../core/correlate';
import { outputSize, receptiveField, type FieldNode, type WindowAxis } from '../../core/geometry';
import { numbers, whole, type SettingsTable } from '../../core/settings';

export interface FieldSettings {
  /** Kernel and stride of each layer, one after the other. */
  l: readonly number[];
  /** The cell of the last layer that is looked at; -1 for the middle one. */
  at: number;
  /** The input cell that is altered. */
  i: number;
  /** Channels of the comparison between one large kernel and two small ones. */
  c: number;
  /** A layer of the network ('' for the opened or the last convolution), and row and column there. */
  node: string;
  cell: readonly number[];
  /** Row and column of the pixel that is painted. */
  pixel: readonly number[];
}

export const INPUT = 31;
export const MOST_LAYERS = 5;

/** Kernels of layers of stride 1, those that see equally far one after the other. */
export const STACKS = [[3, 3], [5], [3, 3, 3], [7]] as const;

export const FIELD_TABLE: SettingsTable<FieldSettings> = {
  l: numbers([3, 1, 3, 1, 3, 1], 2 * MOST_LAYERS),
  at: whole(-1, -1, INPUT - 1),
  i: whole(15, 0, INPUT - 1),
  c: whole(64, 1, 512),
  node: { first: '', read: String, write: String },
  cell: numbers([], 2),
  pixel: numbers([], 2),
};

const most = (value: number, low: number, high: number) =>
  Math.max(low, Math.min(high, Math.round(value)));

/** The layers as windows: padded so that stride 1 keeps the size. */
export function layersOf(l: readonly number[]): readonly WindowAxis[] {
  return Array.from({ length: Math.max(1, Math.floor(l.length / 2)) }, (_, i) => {
    const kernel = most(l[2 * i] ?? 3, 1, 7);
    const before = Math.floor((kernel - 1) / 2);
    const stride = most(l[2 * i + 1] ?? 1, 1, 4);
    return { kernel, stride, padding: [before, kernel - 1 - before] };
  });
}

/** Cells of the input and of each layer. */
export function sizesOf(layers: readonly WindowAxis[]): readonly number[] {
  const sizes = [INPUT];
  for (const axis of layers) sizes.push(outputSize(sizes.at(-1) as number, axis));
  return sizes;
}

/** The cells from which a cell of the last layer is made: [first, behind the last] of every row. */
export function coneOf(
  layers: readonly WindowAxis[],
  at: number,
): readonly (readonly [number, number])[] {
  return [...layers, null].map((_, depth) => spanOf(layers.slice(depth), at));
}

/** The receptive field of a cell through some layers, as if the input had no end. */
export function spanOf(layers: readonly WindowAxis[], at: number): readonly [number, number] {
  const nodes: FieldNode[] = [
    { id: '0', geometry: { kind: 'input' }, inputs: [], shape: [1, 1, INPUT] },
  ];
  layers.forEach(({ kernel, stride, padding }, i) =>
    nodes.push({
      ...{ id: String(i + 1), inputs: [String(i)], shape: [1, 1, INPUT] },
      geometry: {
        ...{ kind: 'window', kernel: [1, kernel], stride: [1, stride] },
        ...{ padding: [[0, 0], padding], dilation: [1, 1], mixes: true },
      },
    }),
  );
  const [, , from, to] = receptiveField(nodes, String(layers.length), [0, 0, at]).unclipped;
  return [from, to];
}

/** 1 + the sum of (k - 1) times the strides before it. */
export function fieldByFormula(layers: readonly WindowAxis[]): number {
  let jump = 1;
  let field = 1;
  for (const { kernel, stride } of layers) {
    field += (kernel - 1) * jump;
    jump *= stride;
  }
  return field;
}

/** How much the cell of the last layer changes when an input cell grows by 1; kernels of ones. */
export function changeAt(layers: readonly WindowAxis[], at: number, input: number): number {
  const data = Array.from({ length: INPUT }, (_, i) => (i === input ? 1 : 0));
  let maps: Maps = { data, channels: 1, height: 1, width: INPUT };
  const flat = { kernel: 1, stride: 1, padding: [0, 0] } as const;
  for (const axis of layers) {
    const kernel = Array<number>(axis.kernel).fill(1 / axis.kernel);
    maps = correlate(maps, { data: kernel, out: 1 }, [flat, axis]);
  }
  return maps.data[at] ?? 0;
}
