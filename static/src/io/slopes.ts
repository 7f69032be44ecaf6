/** How a class's loss or logit changes with the values of one node, exactly. */
import { floatsOf } from '../core/wire';
import { requestTensors } from './api';

export interface SlopesAsk {
  trace: string;
  node: string;
  /** A class id. */
  class: string;
  of: 'loss' | 'logit';
}

/** d(loss or logit) / d(value), in the order of the node's values; null where torch follows none. */
export async function fetchSlopes(
  { trace, node, class: name, of }: SlopesAsk,
  signal: AbortSignal,
): Promise<Float32Array | null> {
  const query = new URLSearchParams({ class: name, of, nodes: node, precision: 'float32' });
  const path = `/api/traces/${trace}/gradient?${query.toString()}`;
  const { tensors } = await requestTensors(path, { signal });
  return tensors.has(node) ? floatsOf(tensors, node) : null;
}
