/** How the pooling bench is set. */
import { choice, flag, numbers, whole, type SettingsTable } from '../../core/settings';

export const MODES = ['max', 'average'] as const;
export const MOST_CELLS = 8;
export const FEWEST_CELLS = 2;
export const FARTHEST = 8;

export interface PoolingSettings {
  mode: (typeof MODES)[number];
  /** Side of the window. */
  k: number;
  /** The board, row by row; a square. */
  board: readonly number[];
  /** The gradient in place of the values. */
  back: boolean;
  /** Cells by which the picture is moved. */
  dx: number;
  dy: number;
}

export const POOLING_TABLE: SettingsTable<PoolingSettings> = {
  mode: choice(MODES),
  k: whole(2, 2, 7),
  board: numbers([1, 3, 0, 2, 2, 4, 1, 1, 0, 1, 5, 6, 2, 1, 7, 3], MOST_CELLS ** 2),
  back: flag(false),
  dx: whole(1, -FARTHEST, FARTHEST),
  dy: whole(0, -FARTHEST, FARTHEST),
};
