/** How the kernel bench is set. */
import { choice, numbers, type SettingsTable } from '../../core/settings';

export const TABS = ['line', 'numbers', 'picture'] as const;
export type Tab = (typeof TABS)[number];

export interface KernelSettings {
  tab: Tab;
  /** The line and its kernel. */
  sig: readonly number[];
  lk: readonly number[];
}

export const LONGEST_LINE = 16;

export const KERNEL_TABLE: SettingsTable<KernelSettings> = {
  tab: choice(TABS),
  sig: numbers([0, 0, 0, 2, 2, 2, 1, 3, 0, 0], LONGEST_LINE),
  lk: numbers([1, 0, -1], 7),
};

/** Kernels for a line, by the key of their name. */
export const LINE_KERNELS = {
  edge: [1, 0, -1],
  difference: [-1, 1],
  smooth: [0.25, 0.5, 0.25],
  mean: [0.2, 0.2, 0.2, 0.2, 0.2],
  shift: [0, 0, 1],
} as const;
export type LineKernel = keyof typeof LINE_KERNELS;
