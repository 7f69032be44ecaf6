/** Every node's values as a stack of maps, so that one drawing serves maps, strips and vectors. */
import { channelCount, isMaps, type NodeInfo } from './types';

/** How many maps a node is drawn as, and their size in cells. */
export interface MapStack {
  count: number;
  height: number;
  width: number;
}

/**
 * Maps (C, H, W) are C maps; a flattened vector is one strip of H * W cells per source channel; any
 * other vector is N maps of one cell.
 */
export function mapStack(node: Pick<NodeInfo, 'shape' | 'geometry'>): MapStack {
  const [count, height, width] = node.shape;
  if (isMaps(node.shape)) {
    return { count: count as number, height: height as number, width: width as number };
  }
  if (node.geometry.kind === 'flatten' && node.geometry.from.length === 3) {
    const [channels, rows, columns] = node.geometry.from as [number, number, number];
    return { count: channels, height: rows * columns, width: 1 };
  }
  return { count: channelCount(node.shape), height: 1, width: 1 };
}

/** The place of a cell in the node's flat values. */
export function cellIndex(stack: MapStack, channel: number, y: number, x: number): number {
  return (channel * stack.height + y) * stack.width + x;
}

/** A cell in the node's own coordinates: [c, y, x] for maps, [c, 0, x] for lines, [i] for vectors. */
export function cellAddress(
  node: Pick<NodeInfo, 'shape' | 'geometry'>,
  channel: number,
  y: number,
  x: number,
): number[] {
  if (isMaps(node.shape)) return [channel, y, x];
  const index = cellIndex(mapStack(node), channel, y, x);
  const [, length = 1] = node.shape;
  return node.shape.length === 2 ? [Math.floor(index / length), 0, index % length] : [index];
}
