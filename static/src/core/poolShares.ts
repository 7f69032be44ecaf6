/** What a pooling keeps of a map: how many cells win, and how often the choice is no choice. */
import { mapStack } from './maps';
import type { NodeInfo } from './types';
import { spots, type Sizes } from './windows';

export interface PoolShares {
  /** Cells of the map that won at least one window, and all of them. */
  won: number;
  cells: number;
  /** Windows whose largest value occurs more than once: the first of them is taken. */
  tied: number;
  windows: number;
}

/** Counts over one channel of max pooling; null for other poolings. */
export function poolShares(
  node: NodeInfo,
  input: NodeInfo,
  values: Float32Array,
  channel: number,
): PoolShares | null {
  const { geometry } = node;
  const isMax =
    (geometry.kind === 'window' || geometry.kind === 'adaptive') && geometry.mode === 'max';
  if (!isMax) return null;
  const [out, from] = [mapStack(node), mapStack(input)];
  const cells = from.height * from.width;
  const map = values.subarray(channel * cells, (channel + 1) * cells);
  const winners = new Set<number>();
  let tied = 0;
  for (let i = 0; i < out.height * out.width; i++) {
    const cell = { c: channel, y: Math.floor(i / out.width), x: i % out.width };
    const { best, count } = winnerOf(map, candidates(geometry, cell, from));
    winners.add(best);
    if (count > 1) tied += 1;
  }
  return { won: winners.size, cells, tied, windows: out.height * out.width };
}

function candidates(
  geometry: Parameters<typeof spots>[0],
  cell: Parameters<typeof spots>[1],
  sizes: Sizes,
): number[] {
  return spots(geometry, cell, sizes)
    .filter(({ padded }) => !padded)
    .map(({ y, x }) => y * sizes.width + x);
}

/** The first of the largest, and how many are as large; what is no number wins, as in torch. */
function winnerOf(map: Float32Array, places: readonly number[]): { best: number; count: number } {
  let [best, count] = [places[0] as number, 0];
  for (const at of places) {
    const [value, most] = [map[at] as number, map[best] as number];
    if (value === most) count += 1;
    else if (value > most || Number.isNaN(value)) [best, count] = [at, 1];
  }
  return { best, count };
}
