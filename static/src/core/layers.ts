/** What the canvas shows of a trace: its values, or other traces of the same nodes. */

/** values: what the network made; loss and logit: gradients of a class; the others: of an edit. */
export const LAYERS = ['values', 'gradient', 'logit', 'original', 'difference'] as const;
export type LayerKind = (typeof LAYERS)[number];

/** What a gradient is of, null for layers that are none. */
export function gradientOf(layer: LayerKind): 'loss' | 'logit' | null {
  return layer === 'gradient' ? 'loss' : layer === 'logit' ? 'logit' : null;
}

/** Whether its numbers lie on both sides of zero in every node. */
export function isSigned(layer: LayerKind): boolean {
  return layer === 'difference' || gradientOf(layer) !== null;
}
