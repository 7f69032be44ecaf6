/** A convolution on a small grid of numbers: its input, its window, its output, or why it has none. */
import { correlate, turned, type Maps, type WindowAxes } from '../../core/correlate';
import { outputSize, windowSpan, type WindowAxis } from '../../core/geometry';
import type { Box } from '../../core/layout';
import type { Cell } from '../../core/pan';
import type { KernelSettings, Pattern } from './settings';

export interface Exercise {
  input: Maps;
  axes: WindowAxes;
  kernel: readonly number[];
  output: Maps;
}

type Sized = Pick<KernelSettings, 'n' | 'k' | 's' | 'd' | 'p'>;

/** A whole number from 0 to 9 that looks random and is always the same. */
const hashed = (y: number, x: number) => {
  const noise = Math.abs(Math.sin(y * 12.9898 + x * 78.233)) * 43758.5453;
  return Math.floor((noise % 1) * 10);
};

const PAINT: Record<Pattern, (y: number, x: number, n: number) => number> = {
  step: (_y, x, n) => (x >= n / 2 ? 1 : 0),
  square: (y, x, n) => {
    const edge = Math.floor(n / 4);
    return y >= edge && y < n - edge && x >= edge && x < n - edge ? 1 : 0;
  },
  spot: (y, x, n) => (y === Math.floor(n / 2) && x === Math.floor(n / 2) ? 1 : 0),
  ramp: (_y, x) => x,
  noise: hashed,
  flat: () => 3,
};

/** The numbers of the input: those typed, else the pattern's. */
export function inputOf({ n, pat, x }: Pick<KernelSettings, 'n' | 'pat' | 'x'>): readonly number[] {
  if (x.length === n * n) return x;
  return Array.from({ length: n * n }, (_, i) => PAINT[pat](Math.floor(i / n), i % n, n));
}

/** Another side: what was typed stays where it still has a place. */
export function resizedInput(settings: KernelSettings, n: number): Partial<KernelSettings> {
  if (settings.x.length === 0) return { n };
  const fresh = inputOf({ n, pat: settings.pat, x: [] });
  const x = fresh.map((value, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    const isOld = row < settings.n && column < settings.n;
    return isOld ? (settings.x[row * settings.n + column] ?? value) : value;
  });
  return { n, x };
}

/** The numbers of the kernel, zeros where the address says too few. */
export function kernelOf({ k, w }: Pick<KernelSettings, 'k' | 'w'>): readonly number[] {
  return Array.from({ length: k * k }, (_, i) => w[i] ?? 0);
}

/** Another side: the kernel grows by zeros around it, and shrinks to its middle. */
export function resizedKernel(settings: KernelSettings, k: number): Partial<KernelSettings> {
  const from = settings.k;
  const shift = Math.floor((from - 1) / 2) - Math.floor((k - 1) / 2);
  const old = kernelOf(settings);
  const w = Array.from({ length: k * k }, (_, i) => {
    const [y, x] = [Math.floor(i / k) + shift, (i % k) + shift];
    return y >= 0 && x >= 0 && y < from && x < from ? (old[y * from + x] as number) : 0;
  });
  return { k, w };
}

/** The window along y and x. */
export function axesOf({ k, s, d, p }: Sized): WindowAxes {
  const [top = 0, bottom = top, left = top, right = top] = p;
  const axis = (padding: readonly [number, number]): WindowAxis => ({
    kernel: k,
    stride: s,
    dilation: d,
    padding,
  });
  return [axis([top, bottom]), axis([left, right])];
}

export function exerciseOf(settings: KernelSettings): Exercise {
  const { n } = settings;
  const input = { data: inputOf(settings), channels: 1, height: n, width: n };
  const [axes, kernel] = [axesOf(settings), kernelOf(settings)];
  return { input, axes, kernel, output: correlate(input, { data: kernel, out: 1 }, axes) };
}

/** The same with the kernel turned by 180 degrees. */
export function turnedOutput({ input, axes, kernel }: Exercise): Maps {
  return correlate(input, { data: turned(kernel), out: 1 }, axes);
}

/** Cells from the first to the last that the kernel covers. */
export const reachOf = ({ kernel, dilation = 1 }: WindowAxis) => dilation * (kernel - 1) + 1;

/** Cells at the far end that no window reads, because the stride steps over them. */
export function unread(size: number, axis: WindowAxis): number {
  const count = outputSize(size, axis);
  if (count === 0) return 0;
  const end = windowSpan(axis, count - 1).stop;
  return Math.max(0, size + axis.padding[1] - end);
}

/** Where the window of an output cell lies, and the cells under the kernel. */
export function windowOf([y, x]: WindowAxes, cell: Cell): { box: Box; cells: readonly Cell[] } {
  const [rows, columns] = [windowSpan(y, cell.y), windowSpan(x, cell.x)];
  const box = {
    ...{ x: columns.start, y: rows.start },
    ...{ w: columns.stop - columns.start, h: rows.stop - rows.start },
  };
  const cells = Array.from({ length: y.kernel * x.kernel }, (_, i) => ({
    y: rows.start + Math.floor(i / x.kernel) * rows.step,
    x: columns.start + (i % x.kernel) * columns.step,
  }));
  return { box, cells };
}

/** The output cell whose window has its middle nearest to an input cell. */
export function windowAt({ input, axes, output }: Exercise, cell: Cell): Cell {
  const nearest = (at: number, axis: WindowAxis, count: number) => {
    const place = (at + axis.padding[0] - (reachOf(axis) - 1) / 2) / axis.stride;
    return Math.max(0, Math.min(count - 1, Math.round(place)));
  };
  const [y, x] = axes;
  return {
    y: nearest(Math.min(cell.y, input.height), y, output.height),
    x: nearest(Math.min(cell.x, input.width), x, output.width),
  };
}

/** The products of a window: what lies under each number of the kernel, 0 in the padding. */
export function termsOf({ input, axes, kernel }: Exercise, cell: Cell) {
  return windowOf(axes, cell).cells.map(({ y, x }, i) => {
    const isInside = y >= 0 && x >= 0 && y < input.height && x < input.width;
    const value = isInside ? (input.data[y * input.width + x] as number) : 0;
    return { value, weight: kernel[i] as number, padded: !isInside };
  });
}

/** A number of the size formula that is changed; padding on all sides alike. */
export interface SizePart {
  n?: number;
  k?: number;
  s?: number;
  d?: number;
  p?: number;
}

export function changedSize(
  settings: KernelSettings,
  { n, k, p, ...part }: SizePart,
): Partial<KernelSettings> {
  if (n !== undefined) return resizedInput(settings, n);
  if (k !== undefined) return resizedKernel(settings, k);
  return p === undefined ? part : { p: [p, p, p, p] };
}
