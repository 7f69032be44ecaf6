/** The kernels of a convolution: which numbers belong to an output channel, and how strong they are. */
import type { NodeInfo, Range, WindowGeometry } from './types';
import type { Tensor } from './wire';

/** One kernel: the weights between one input and one output channel. */
export interface Kernel {
  /** Channel among all the inputs of the node. */
  input: number;
  rows: number;
  columns: number;
  values: Float32Array;
}

export interface Filter {
  kernels: readonly Kernel[];
  bias: number | null;
}

export function floats(tensor: Tensor | undefined): Float32Array | null {
  return tensor?.data instanceof Float32Array ? tensor.data : null;
}

/** The planes of a volume stand above each other. */
function kernelSize(shape: readonly number[]): [number, number] {
  const rows = shape.slice(2, -1).reduce((product, size) => product * size, 1);
  return [rows, shape.length > 2 ? (shape.at(-1) as number) : 1];
}

/**
 * The kernels that make one output channel; null while the weights are not here. Weights are
 * (O, I / groups, kH, kW); a transposed convolution's are (I, O / groups, kH, kW).
 */
export function filterOf(
  node: NodeInfo,
  weights: ReadonlyMap<string, Tensor>,
  channel: number,
): Filter | null {
  const tensor = weights.get(node.weights['weight'] ?? '');
  const all = floats(tensor);
  if (!tensor || !all || node.geometry.kind !== 'window') return null;
  const [rows, columns] = kernelSize(tensor.shape);
  const starts = kernelStarts(tensor.shape, node.geometry, channel);
  const kernels = starts.map(([input, index]) => {
    const start = index * rows * columns;
    return { input, rows, columns, values: all.subarray(start, start + rows * columns) };
  });
  const bias = floats(weights.get(node.weights['bias'] ?? ''))?.[channel] ?? null;
  return { kernels, bias };
}

/** [input channel, index of its kernel in the tensor] for every input of an output channel. */
function kernelStarts(
  shape: readonly number[],
  geometry: WindowGeometry,
  channel: number,
): [number, number][] {
  const [first = 1, second = 1] = shape;
  const groups = geometry.groups ?? 1;
  if (geometry.transposed) {
    const inputs = first / groups;
    const group = Math.floor(channel / second);
    const of = (i: number): [number, number] => {
      const input = group * inputs + i;
      return [input, input * second + (channel % second)];
    };
    return Array.from({ length: inputs }, (_, i) => of(i));
  }
  const group = Math.floor(channel / (first / groups));
  return Array.from({ length: second }, (_, i) => [group * second + i, channel * second + i]);
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
}

/** Sum of absolute values: how much a kernel can say. */
export function strength(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += Math.abs(values[i] as number);
  return total;
}

/** [-R, R] with R the largest absolute value: the scale of weights. */
export function symmetricRange(values: ArrayLike<number>): Range {
  let largest = 0;
  for (let i = 0; i < values.length; i++)
    largest = Math.max(largest, Math.abs(values[i] as number));
  return [-largest, largest];
}

/** Three kernels on red, green and blue as one picture: 0 is mid grey; bytes (rows * columns * 3). */
export function colourKernel(filter: Filter): Uint8ClampedArray | null {
  const [red, green, blue] = filter.kernels;
  if (!red || !green || !blue || filter.kernels.length !== 3) return null;
  const planes = [red.values, green.values, blue.values];
  const largest = Math.max(...planes.map((plane) => symmetricRange(plane)[1])) || 1;
  const bytes = new Uint8ClampedArray(red.values.length * 3);
  for (let i = 0; i < bytes.length; i++) {
    const value = (planes[i % 3] as Float32Array)[Math.floor(i / 3)] as number;
    bytes[i] = 127.5 + (127.5 * value) / largest;
  }
  return bytes;
}
