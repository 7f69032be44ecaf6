/** How the plane is set. */
import { POINT_SETS, type PointSet } from '../../core/points';
import { choice, numbers, real, whole, type SettingsTable } from '../../core/settings';

export const FUNCTIONS = ['identity', 'relu', 'tanh', 'sigmoid'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];
export const MOST_LAYERS = 6;
export const MOST_UNITS = 8;

export interface PlaneSettings {
  data: PointSet;
  act: FunctionName;
  /** The activation of a second network beside it, which differs in nothing else; '' for none. */
  vs: FunctionName | '';
  /** Units of each hidden layer. */
  units: readonly number[];
  lr: number;
  noise: number;
  seed: number;
  /** The place that is computed by hand, and the unit: [layer, unit]; the last layer has the logits. */
  at: readonly number[];
  unit: readonly number[];
}

export const PLANE_TABLE: SettingsTable<PlaneSettings> = {
  data: choice(POINT_SETS),
  act: choice(FUNCTIONS),
  vs: choice(['', ...FUNCTIONS]),
  units: numbers([8, 8], MOST_LAYERS),
  lr: real(0.02, 0.0001, 1),
  noise: real(0, 0, 0.5),
  seed: whole(0, 0, 9999),
  at: numbers([0.5, 0.5], 2),
  unit: numbers([0, 0], 2),
};
