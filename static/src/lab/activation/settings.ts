/** How the activation bench is set. */
import { choice, real, whole, type SettingsTable } from '../../core/settings';
import { DRAWN } from './functions';

export interface ActivationSettings {
  x: number;
  /** The functions that are drawn. */
  f: readonly string[];
  /** The slope of LeakyReLU, the one of PReLU, the alpha of ELU. */
  leaky: number;
  prelu: number;
  elu: number;
  /** A layer of the network, '' for the opened or the first one; a function in place of its own. */
  layer: string;
  other: string;
  /** What its inputs are multiplied by. */
  by: number;
  /** The function and the number of layers of the chain. */
  cf: string;
  cn: number;
}

const IDS = DRAWN.map(({ id }) => id);

export const ACTIVATION_TABLE: SettingsTable<ActivationSettings> = {
  x: real(0, -8, 8),
  f: {
    first: ['relu', 'sigmoid', 'tanh'],
    read: (text) => IDS.filter((id) => text.split('/').includes(id)),
    write: (ids) => ids.join('/') || '-',
  },
  leaky: real(0.01, 0, 1),
  prelu: real(0.25, -1, 1),
  elu: real(1, 0, 2),
  layer: { first: '', read: String, write: String },
  other: choice(['', ...IDS]),
  by: real(1, 0.1, 20),
  cf: choice(IDS, 'sigmoid'),
  cn: whole(8, 1, 40),
};
