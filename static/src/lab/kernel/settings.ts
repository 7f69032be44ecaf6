/** How the kernel bench is set. */
import { choice, flag, numbers, whole, type SettingsTable } from '../../core/settings';

export const TABS = ['line', 'numbers', 'size', 'picture'] as const;
export type Tab = (typeof TABS)[number];

export const PATTERNS = ['step', 'square', 'spot', 'ramp', 'noise', 'flat'] as const;
export type Pattern = (typeof PATTERNS)[number];

export interface KernelSettings {
  tab: Tab;
  /** The line and its kernel. */
  sig: readonly number[];
  lk: readonly number[];
  /** Side of the input, and what it shows where no number was typed over (`x`, else empty). */
  n: number;
  pat: Pattern;
  x: readonly number[];
  /** Side of the kernel, and its numbers row by row. */
  k: number;
  w: readonly number[];
  s: number;
  d: number;
  /** Padding above, below, left, right. */
  p: readonly number[];
  /** Output cell over which the window stands, counted row by row. */
  at: number;
  /** The input shows how many windows touch each cell. */
  heat: boolean;
  /** The kernel turned by 180 degrees is shown beside it. */
  turn: boolean;
  /** The picture is filtered by a kernel of the network, that of the opened channel. */
  learned: boolean;
  /** The same of any size, for the formula alone: input, kernel, stride, dilation, padding. */
  bn: number;
  bk: number;
  bs: number;
  bd: number;
  bp: number;
}

export const LONGEST_LINE = 16;
export const LARGEST_INPUT = 16;
export const LARGEST_KERNEL = 7;
export const LARGEST_PADDING = 3;

/** 3 x 3 kernels, by the key of their name. */
export const KERNELS = {
  identity: [0, 0, 0, 0, 1, 0, 0, 0, 0],
  blur: Array<number>(9).fill(1 / 9),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  edge: [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  sobelX: [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  sobelY: [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  emboss: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
  laplacian: [0, 1, 0, 1, -4, 1, 0, 1, 0],
} as const satisfies Record<string, readonly number[]>;
export type KernelName = keyof typeof KERNELS;

/** What the numbers of the formula may become. */
export const ANY_SIZE = { n: 1024, k: 32, s: 32, d: 16, p: 32 } as const;

export const KERNEL_TABLE: SettingsTable<KernelSettings> = {
  tab: choice(TABS),
  sig: numbers([0, 0, 0, 2, 2, 2, 1, 3, 0, 0], LONGEST_LINE),
  lk: numbers([1, 0, -1], LARGEST_KERNEL),
  n: whole(6, 1, LARGEST_INPUT),
  pat: choice(PATTERNS),
  x: numbers([], LARGEST_INPUT ** 2),
  k: whole(3, 1, LARGEST_KERNEL),
  w: numbers(KERNELS.edge, LARGEST_KERNEL ** 2),
  s: whole(1, 1, LARGEST_INPUT),
  d: whole(1, 1, LARGEST_KERNEL),
  p: numbers([0, 0, 0, 0], 4),
  at: whole(0, 0, 1e6),
  heat: flag(false),
  turn: flag(false),
  learned: flag(false),
  bn: whole(28, 1, ANY_SIZE.n),
  bk: whole(3, 1, ANY_SIZE.k),
  bs: whole(1, 1, ANY_SIZE.s),
  bd: whole(1, 1, ANY_SIZE.d),
  bp: whole(0, 0, ANY_SIZE.p),
};

/** Layers that people ask about: [input, kernel, padding, stride]. */
export const SIZE_EXAMPLES = [
  [28, 3, 0, 1],
  [28, 3, 1, 1],
  [28, 4, 1, 1],
  [28, 3, 1, 2],
  [4, 3, 1, 2],
  [224, 7, 3, 2],
] as const;

/** Kernels for a line, by the key of their name. */
export const LINE_KERNELS = {
  edge: [1, 0, -1],
  difference: [-1, 1],
  smooth: [0.25, 0.5, 0.25],
  mean: [0.2, 0.2, 0.2, 0.2, 0.2],
  shift: [0, 0, 1],
} as const;
export type LineKernel = keyof typeof LINE_KERNELS;
