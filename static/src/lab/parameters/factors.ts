/** The numbers that a layer's formula is made of, and how far each can be dragged. */
import type { LayerKind } from './settings';

export type Factor = 'i' | 'o' | 'k' | 's' | 'p' | 'd' | 'g' | 'a' | 'n';

export const ENDS: Record<Factor, readonly [number, number]> = {
  ...{ i: [1, 4096], o: [1, 4096], k: [1, 15], s: [1, 8], p: [0, 7], n: [1, 512] },
  ...{ d: [1, 8], g: [1, 4096], a: [0, 7] },
};

const WINDOW: readonly Factor[] = ['n', 's', 'p'];
const MAPS: readonly Factor[] = ['i', 'n'];

/** Those that stand beside the formula, because they cost no parameters. */
export const EXTRAS: Record<LayerKind, readonly Factor[]> = {
  conv: [...WINDOW, 'd', 'g'],
  transposed: [...WINDOW, 'd', 'a', 'g'],
  dense: [],
  norm: ['n'],
  groupnorm: ['n', 'g'],
  layernorm: [],
  prelu: MAPS,
  pool: ['i', 'k', ...WINDOW],
  activation: MAPS,
  dropout: MAPS,
  flatten: MAPS,
  add: MAPS,
  concat: ['i', 'o', 'n'],
};
