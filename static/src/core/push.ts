/** Moving a window by the cells that it reads: the output cell whose window a pointer pushes along. */
import { sources, type Cell as Address } from './geometry';
import type { NodeInfo } from './types';

interface Cell {
  y: number;
  x: number;
}

/** Half-open rows and columns that a window covers of one input. */
interface Cover {
  y: readonly [number, number];
  x: readonly [number, number];
}

/** What the window of a cell covers of input number `input`; null where it reads nothing of it. */
export function coverOf(
  node: Pick<NodeInfo, 'geometry'>,
  cell: Address,
  shapes: readonly (readonly number[])[],
  input = 0,
): Cover | null {
  const box = sources(node.geometry, cell, shapes).find((each) => each.input === input);
  return box ? { y: [box.y[0], box.y[1]], x: [box.x[0], box.x[1]] } : null;
}

/**
 * The cell nearest to `from` whose window covers cell `to` of the input: rows and columns are found
 * by themselves, as windows are. Where no window covers it, the one that comes nearest.
 */
export function pushWindow(
  node: Pick<NodeInfo, 'geometry' | 'shape'>,
  shapes: readonly (readonly number[])[],
  from: Cell & { c: number },
  to: Cell,
  input = 0,
): Cell {
  const [, height = 1, width = 1] = node.shape;
  const rows = (y: number) => coverOf(node, [from.c, y, from.x], shapes, input)?.y;
  const columns = (x: number) => coverOf(node, [from.c, from.y, x], shapes, input)?.x;
  return { y: pushed(from.y, to.y, height, rows), x: pushed(from.x, to.x, width, columns) };
}

function pushed(
  from: number,
  to: number,
  count: number,
  cover: (at: number) => readonly [number, number] | undefined,
): number {
  let [best, least] = [from, Infinity];
  for (let at = 0; at < count; at++) {
    const span = cover(at);
    if (!span) continue;
    const miss = Math.max(0, span[0] - to, to - (span[1] - 1));
    // How far it misses counts first, then how far it has to move.
    const cost = miss * count + Math.abs(at - from);
    if (cost < least) [best, least] = [at, cost];
  }
  return best;
}
