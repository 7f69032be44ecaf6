/** The activation layers of a network. */
import { activationOf, type Settings } from '../../core/activations';
import type { NodeInfo } from '../../core/types';

export interface ActivationLayer {
  id: string;
  /** The node whose values it is fed. */
  input: string;
  function: string;
  settings: Settings;
}

/** Those whose function is known. */
export function layersOf(nodes: readonly NodeInfo[]): ActivationLayer[] {
  return nodes.flatMap(({ id, op, inputs: [input], geometry }) => {
    if (op !== 'activation' || geometry.kind !== 'cell' || input === undefined) return [];
    const isKnown = activationOf(geometry.function) !== null;
    return isKnown ? [{ id, input, function: geometry.function, settings: geometry }] : [];
  });
}
