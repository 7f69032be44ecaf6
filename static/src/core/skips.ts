/** Which way values come to a sum or a joined stack: arcs over the layers that they pass by. */
import type { NodeInfo } from './types';

export interface Arc {
  /** Which of the node's inputs. */
  input: number;
  source: string;
  /** Places on the line of layers, 0 to 1; the node itself is at 1. */
  at: number;
  /** Layers between the source and the node, in the order they are computed. */
  passed: number;
}

/** Arcs from each input of a node along the line of layers that begins at the earliest of them. */
export function arcsOf(order: readonly string[], node: Pick<NodeInfo, 'id' | 'inputs'>): Arc[] {
  const end = order.indexOf(node.id);
  const places = node.inputs.map((input) => order.indexOf(input));
  const first = Math.min(...places);
  const length = Math.max(1, end - first);
  return node.inputs.map((source, input) => {
    const place = places[input] as number;
    return { input, source, at: (place - first) / length, passed: end - place - 1 };
  });
}

export interface Part {
  input: number;
  source: string;
  /** First channel, last channel + 1, of the joined stack. */
  from: number;
  to: number;
}

/** The channels of a joined stack that each input brings. */
export function partsOf(sizes: readonly number[], inputs: readonly string[]): Part[] {
  let from = 0;
  return inputs.map((source, input) => {
    const to = from + (sizes[input] ?? 0);
    const part = { input, source, from, to };
    from = to;
    return part;
  });
}
