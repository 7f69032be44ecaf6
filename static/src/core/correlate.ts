/**
 * Cross-correlation, which networks call convolution: every output cell is the sum of what lies
 * under the kernel times the kernel, plus a bias. Equal to torch by tests/golden/correlate.json.
 */
import { outputSize, windowSpan, type WindowAxis } from './geometry';

/** A stack of maps, (C, H, W) row by row. */
export interface Maps {
  data: ArrayLike<number>;
  channels: number;
  height: number;
  width: number;
}

/** Weights (O, C, kH, kW) and one bias per output channel. */
export interface Filters {
  data: ArrayLike<number>;
  out: number;
  bias?: ArrayLike<number> | null;
}

/** The window along y and along x. */
export type WindowAxes = readonly [WindowAxis, WindowAxis];

/** The maps that the filters make: (O, outH, outW); no cells where the window does not fit. */
export function correlate(input: Maps, filters: Filters, axes: WindowAxes): Maps {
  const [y, x] = axes;
  const height = outputSize(input.height, y);
  const width = height && outputSize(input.width, x);
  const shape = { channels: filters.out, height: width && height, width };
  const data = new Float64Array(filters.out * shape.height * width);
  const rows = places(input.height, y, shape.height);
  const columns = places(input.width, x, width);
  const size = shape.height * width;
  for (let o = 0; o < filters.out; o++) {
    const map = data.subarray(o * size, (o + 1) * size).fill(filters.bias?.[o] ?? 0);
    for (let c = 0; c < input.channels; c++) {
      const at = (o * input.channels + c) * y.kernel * x.kernel;
      addProducts(map, input, c, { data: filters.data, at, rows, columns });
    }
  }
  return { data, ...shape };
}

/** Input cells under each place of the kernel, kernel by kernel for every output; -1 in the padding. */
interface Places {
  at: Int32Array;
  count: number;
  kernel: number;
}

/** A kernel of the filters, and where it is laid. */
interface Laid {
  data: ArrayLike<number>;
  /** Of its first number among the filters'. */
  at: number;
  rows: Places;
  columns: Places;
}

function places(size: number, axis: WindowAxis, count: number): Places {
  const at = new Int32Array(count * axis.kernel);
  for (let i = 0; i < at.length; i++) {
    const { start, step } = windowSpan(axis, Math.floor(i / axis.kernel));
    const cell = start + (i % axis.kernel) * step;
    at[i] = cell >= 0 && cell < size ? cell : -1;
  }
  return { at, count, kernel: axis.kernel };
}

/** Adds one input channel's part to a map. */
function addProducts(map: Float64Array, input: Maps, channel: number, laid: Laid): void {
  const { rows, columns } = laid;
  for (let ky = 0; ky < rows.kernel; ky++) {
    for (let kx = 0; kx < columns.kernel; kx++) {
      const weight = laid.data[laid.at + ky * columns.kernel + kx] as number;
      for (let y = 0; y < rows.count; y++) {
        const row = rows.at[y * rows.kernel + ky] as number;
        if (row < 0) continue;
        const from = (channel * input.height + row) * input.width;
        for (let x = 0; x < columns.count; x++) {
          const column = columns.at[x * columns.kernel + kx] as number;
          if (column < 0) continue;
          const at = y * columns.count + x;
          map[at] = (map[at] as number) + weight * (input.data[from + column] as number);
        }
      }
    }
  }
}

/** The kernel turned by 180 degrees: correlating with it is convolving in the sense of mathematics. */
export function turned(kernel: ArrayLike<number>): number[] {
  return Array.from(kernel).reverse();
}

/** How many windows of a layer lie over each input cell, (H, W) row by row. */
export function touches(height: number, width: number, [y, x]: WindowAxes): Float64Array {
  const [rows, columns] = [counts(height, y), counts(width, x)];
  return Float64Array.from(
    { length: height * width },
    (_, i) => (rows[Math.floor(i / width)] as number) * (columns[i % width] as number),
  );
}

function counts(size: number, axis: WindowAxis): number[] {
  const found = Array<number>(size).fill(0);
  for (const cell of places(size, axis, outputSize(size, axis)).at) {
    if (cell >= 0) found[cell] = (found[cell] as number) + 1;
  }
  return found;
}

/** One map of a stack. */
export function mapOf({ data, height, width }: Maps, c: number): Maps & { data: Float64Array } {
  const size = height * width;
  const values = Float64Array.from({ length: size }, (_, i) => data[c * size + i] as number);
  return { data: values, channels: 1, height, width };
}
