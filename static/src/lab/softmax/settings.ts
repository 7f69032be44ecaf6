/** How the softmax bench is set. */
import { numbers, real, whole, type SettingsTable } from '../../core/settings';

export const MOST_CLASSES = 10;
export const FEWEST_CLASSES = 2;
/** e to more than this is shown as a power of ten anyway. */
export const FARTHEST = 100;
/** Steps of gradient descent; by then every rate has shown what it does. */
export const MOST_STEPS = 200;

export interface SoftmaxSettings {
  /** The logits, and which classes of the network they belong to; none where they are invented. */
  z: readonly number[];
  k: readonly number[];
  /** Index of the right class, temperature, label smoothing. */
  y: number;
  t: number;
  s: number;
  /** The one logit of two classes, and its label. */
  bz: number;
  by: number;
  /** Steps and learning rate of the two losses. */
  n: number;
  lr: number;
  /** Logits in float32. */
  f: readonly number[];
}

/** In full: what is added to all logits must not change their differences by a rounding. */
function exact(first: readonly number[], most: number) {
  return { ...numbers(first, most), write: (values: readonly number[]) => values.join('/') };
}

export const SOFTMAX_TABLE: SettingsTable<SoftmaxSettings> = {
  z: exact([2, 1, 0], MOST_CLASSES),
  k: numbers([], MOST_CLASSES),
  y: whole(2, 0, MOST_CLASSES - 1),
  t: real(1, 0.1, 10),
  s: real(0, 0, 0.9),
  bz: real(2, -8, 8),
  by: whole(1, 0, 1),
  n: whole(0, 0, MOST_STEPS),
  lr: real(1, 0.1, 10),
  f: exact([1000, 1001, 1002], 3),
};
