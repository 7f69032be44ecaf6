/** How the bench of shapes is set. */
import type { MatrixShape } from '../../core/matmul';
import { flag, whole, type SettingsTable } from '../../core/settings';

export interface ShapeSettings {
  /** Rows and columns of x; columns that the product should have. */
  n: number;
  k: number;
  m: number;
  /** Which W of the offered ones. */
  w: number;
  /** Whether x and W are turned. */
  tx: boolean;
  tw: boolean;
}

export const LONGEST_SIDE = 6;
const side = (first: number) => whole(first, 1, LONGEST_SIDE);

export const SHAPE_TABLE: SettingsTable<ShapeSettings> = {
  n: side(2),
  k: side(3),
  m: side(4),
  // As nn.Linear keeps it: it does not fit as it is.
  w: whole(0, 0, 3),
  tx: flag(false),
  tw: flag(false),
};

/** The matrices that are offered as W. */
export function offered({ n, k, m }: Pick<ShapeSettings, 'n' | 'k' | 'm'>): MatrixShape[] {
  return [
    [m, k],
    [n, m],
    [k, n],
    [k, m],
  ];
}
