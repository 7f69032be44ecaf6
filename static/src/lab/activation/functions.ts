/** The functions of the bench, and how each is drawn. */
import { activationOf, type Activation, type Settings } from '../../core/activations';
import type { Bounds } from '../../core/slider';

interface Setting {
  /** As torch calls it, and as the bench does. */
  name: 'negative_slope' | 'weight' | 'alpha';
  key: 'leaky' | 'prelu' | 'elu';
  bounds: Bounds;
}

export interface Drawn {
  /** Torch's name; "identity" is a leaky ReLU of slope 1. */
  id: string;
  colour: string;
  dash?: string;
  setting?: Setting;
}

const bounds = (low: number, high: number): Bounds => ({
  kind: 'number',
  low,
  high,
  step: 0.01,
  scale: 'lin',
});
const LEAKY: Setting = { name: 'negative_slope', key: 'leaky', bounds: bounds(0, 1) };
const PRELU: Setting = { name: 'weight', key: 'prelu', bounds: bounds(-1, 1) };
const ELU: Setting = { name: 'alpha', key: 'elu', bounds: bounds(0, 2) };

export const DRAWN: readonly Drawn[] = [
  { id: 'relu', colour: 'var(--accent)' },
  { id: 'leaky_relu', colour: 'var(--run-2)', setting: LEAKY },
  { id: 'prelu', colour: 'var(--run-3)', dash: '8 3', setting: PRELU },
  { id: 'elu', colour: 'var(--run-4)', dash: '4 2', setting: ELU },
  { id: 'gelu', colour: 'var(--run-5)', dash: '10 3 2 3' },
  { id: 'silu', colour: 'var(--run-6)', dash: '6 2' },
  { id: 'sigmoid', colour: 'var(--run-1)' },
  { id: 'tanh', colour: 'var(--run-3)' },
  { id: 'identity', colour: 'var(--muted)', dash: '2 3' },
];

const IDENTITY = { negative_slope: 1 };

/** The function of the bench with its settings; null for one that the table does not have. */
export function functionOf(id: string, settings: Settings = {}): Activation | null {
  return id === 'identity' ? activationOf('leaky_relu', IDENTITY) : activationOf(id, settings);
}

/** The slope after each of some layers: the product of the slopes until there. */
export function slopesThrough(slope: number, layers: number): number[] {
  return Array.from({ length: layers }, (_, i) => slope ** (i + 1));
}
