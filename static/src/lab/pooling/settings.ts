/** How the pooling bench is set. */
import { choice, flag, numbers, real, whole, type SettingsTable } from '../../core/settings';

export const MODES = ['max', 'average'] as const;
export const MOST_CELLS = 8;
export const FEWEST_CELLS = 2;
export const FARTHEST = 8;
export const SHAPES = ['circle', 'square', 'triangle', 'cross', 'hstripes', 'vstripes'] as const;
/** The server moves a shape as far as this, and draws it as small and as large, pixels. */
export const FARTHEST_SHAPE = 10;
export const SMALLEST_SHAPE = 3;
export const LARGEST_SHAPE = 12.5;

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
  /** Side of the window behind the moved picture's first layer, and the channel looked at. */
  w: number;
  c: number;
  /** The shape that two heads are asked about, its radius, and where it is moved to. */
  shape: (typeof SHAPES)[number];
  r: number;
  ox: number;
  oy: number;
}

export const POOLING_TABLE: SettingsTable<PoolingSettings> = {
  mode: choice(MODES),
  k: whole(2, 2, 7),
  board: numbers([1, 3, 0, 2, 2, 4, 1, 1, 0, 1, 5, 6, 2, 1, 7, 3], MOST_CELLS ** 2),
  back: flag(false),
  dx: whole(1, -FARTHEST, FARTHEST),
  dy: whole(0, -FARTHEST, FARTHEST),
  w: whole(2, 2, 7),
  c: whole(0, 0, 4095),
  shape: choice(SHAPES),
  r: real(7, SMALLEST_SHAPE, LARGEST_SHAPE),
  ox: whole(0, -FARTHEST_SHAPE, FARTHEST_SHAPE),
  oy: whole(0, -FARTHEST_SHAPE, FARTHEST_SHAPE),
};
