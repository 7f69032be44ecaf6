/** How the matrix bench is set, and what a layer costs with and without ties. */
import { choice, whole, type SettingsTable } from '../../core/settings';

export interface MatrixSettings {
  /** Side of the small input, side of its kernel, padding. */
  n: number;
  k: number;
  p: '0' | '1';
  /** The large layer: side and channels of the picture, outputs, side of a kernel. */
  side: number;
  from: number;
  to: number;
  kernel: number;
}

export const MATRIX_TABLE: SettingsTable<MatrixSettings> = {
  n: whole(4, 3, 5),
  k: whole(3, 1, 3),
  p: choice(['1', '0']),
  side: whole(224, 1, 512),
  from: whole(3, 1, 512),
  to: whole(64, 1, 512),
  kernel: whole(3, 1, 15),
};

/** One unit for each output, with a wire from every number of the picture, and a bias. */
export function wiresOf({ side, from, to }: MatrixSettings): number {
  return to * (from * side * side + 1);
}

/** One kernel and a bias for each output, wherever it looks. */
export function tiedOf({ kernel, from, to }: MatrixSettings): number {
  return to * (from * kernel * kernel + 1);
}
