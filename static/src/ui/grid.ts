/** What a grid of numbers shows. */
import type { Palette } from '../core/colour';
import { symmetricRange } from '../core/kernels';
import type { Box } from '../core/layout';
import type { Cell } from '../core/pan';
import type { Range } from '../core/types';
import type { Ring } from '../draw/cells';

export interface GridCells {
  /** rows * columns numbers; null is a cell that has none yet. */
  values: ArrayLike<number | null>;
  rows: number;
  columns: number;
  palette: Palette;
  range: Range;
  /** Padding round it. */
  ring?: Ring;
  /** In cells; may reach into the ring. */
  windows?: readonly Box[];
  /** Cells that are marked one by one. */
  marks?: readonly Cell[];
  /** False where the colours say enough. */
  hasText?: boolean;
}

export const NO_RING: Ring = [
  [0, 0],
  [0, 0],
];

/** Signed numbers row by row, on a scale that is the same above and below zero. */
export function signedCells(
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  palette: Palette = 'activation',
): GridCells {
  return { values, rows, columns, palette, range: symmetricRange(values) };
}
