/** The kernels of a layer side by side: now, before training, and what has changed. */
import { symmetricRange } from './kernels';
import type { Range } from './types';
import type { Tensor } from './wire';

export const RACK_MODES = ['now', 'before', 'difference'] as const;
export type RackMode = (typeof RACK_MODES)[number];

/** So many outputs and inputs are shown at most. */
const MOST_OUTPUTS = 64;
const MOST_INPUTS = 16;
/** A dense layer is one large kernel: so many weights of a unit are shown. */
const MOST_COLUMNS = 256;

/** How a layer's weights lie: tiles of rows * columns cells, a tile for each output and input. */
export interface Rack {
  /** [output, input, row, column] sizes of the parameter. */
  sizes: readonly [number, number, number, number];
  /** Tiles down and across that are shown. */
  down: number;
  across: number;
  /** Cells of a tile that are shown. */
  rows: number;
  columns: number;
  /** Tiles stand for three input channels each, as one small picture. */
  isColour: boolean;
  /** A dense layer: a row for each unit, in one tile. */
  isMatrix: boolean;
}

/** Parameters that can be racked: the weights of convolutions and dense layers. */
export function isRackable(shape: readonly number[]): boolean {
  return shape.length === 4 || shape.length === 2;
}

export function rackOf(shape: readonly number[], asColour: boolean): Rack {
  const [out = 1, into = 1, high = 1, wide = 1] = shape;
  if (shape.length === 2) {
    const [rows, columns] = [Math.min(out, MOST_OUTPUTS), Math.min(into, MOST_COLUMNS)];
    const tile = { sizes: [1, 1, out, into], down: 1, across: 1, rows, columns } as const;
    return { ...tile, isColour: false, isMatrix: true };
  }
  const sizes = [out, into, high, wide] as const;
  const isColour = asColour && into === 3;
  const shown = { rows: high, columns: wide, isColour, isMatrix: false };
  if (isColour || into === 1) {
    // One tile each: they wrap like words.
    const tiles = Math.min(out, MOST_OUTPUTS);
    const across = Math.min(tiles, 16);
    return { sizes, down: Math.ceil(tiles / across), across, ...shown };
  }
  const down = Math.min(out, MOST_OUTPUTS);
  return { sizes, down, across: Math.min(into, MOST_INPUTS), ...shown };
}

/** How many outputs and inputs there are, and how many of them are shown. */
export function rackCounts(rack: Rack): { outputs: [number, number]; inputs: [number, number] } {
  const { sizes, down, across, rows, columns } = rack;
  if (rack.isMatrix) return { outputs: [rows, sizes[2]], inputs: [columns, sizes[3]] };
  if (isWrapped(rack)) {
    return { outputs: [Math.min(sizes[0], down * across), sizes[0]], inputs: [sizes[1], sizes[1]] };
  }
  return { outputs: [down, sizes[0]], inputs: [across, sizes[1]] };
}

function isWrapped({ sizes, isColour }: Rack): boolean {
  return isColour || sizes[1] === 1;
}

/** One cell on the rack: tile down and across, row and column in it. */
export interface RackCell {
  down: number;
  across: number;
  row: number;
  column: number;
}

/** The output and input channel of a tile; null where the last line has none. */
export function channelsOf(rack: Rack, down: number, across: number): [number, number] | null {
  if (!isWrapped(rack)) return [down, across];
  const output = down * rack.across + across;
  return output < Math.min(rack.sizes[0], MOST_OUTPUTS) ? [output, 0] : null;
}

/** Place of a cell in the flat weights, of the first input where it stands for three; -1 without. */
export function rackIndex(rack: Rack, { down, across, row, column }: RackCell): number {
  const channels = channelsOf(rack, down, across);
  if (!channels) return -1;
  const [, into, high, wide] = rack.sizes;
  return ((channels[0] * into + channels[1]) * high + row) * wide + column;
}

/** What is shown of a layer, from its numbers; null where those of before are missing. */
export function rackValues(
  now: Tensor | undefined,
  before: Tensor | undefined,
  mode: RackMode,
): ArrayLike<number> | null {
  const [a, b] = [now?.data, before?.data] as (Float32Array | undefined)[];
  if (mode === 'now') return a ?? null;
  if (mode === 'before') return b ?? null;
  return a && b && a.length === b.length ? a.map((value, i) => value - (b[i] as number)) : null;
}

/** How far the weights of a layer moved on average, mean |now - before|; null where unknown. */
export function meanDrift(now: Tensor | undefined, before: Tensor | undefined): number | null {
  const moved = rackValues(now, before, 'difference');
  if (!moved?.length) return null;
  let sum = 0;
  for (let i = 0; i < moved.length; i++) sum += Math.abs(moved[i] as number);
  return sum / moved.length;
}

/** Ends of the colours: now and before share theirs, so that they can be compared. */
export function rackRange(
  now: ArrayLike<number>,
  before: ArrayLike<number> | null,
  mode: RackMode,
): Range {
  const own = symmetricRange(now);
  if (mode === 'difference' || !before) return own;
  const other = symmetricRange(before);
  return other[1] > own[1] ? other : own;
}

/** The cell that an arrow leads to, over the edges of tiles; null for other keys. */
export function movedRackCell(key: string, cell: RackCell, rack: Rack): RackCell | null {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = steps[key];
  if (!step) return null;
  const move = (at: number, by: number, count: number) => Math.max(0, Math.min(count - 1, at + by));
  const y = move(cell.down * rack.rows + cell.row, step[0], rack.down * rack.rows);
  const x = move(cell.across * rack.columns + cell.column, step[1], rack.across * rack.columns);
  const moved = {
    down: Math.floor(y / rack.rows),
    across: Math.floor(x / rack.columns),
    row: y % rack.rows,
    column: x % rack.columns,
  };
  return channelsOf(rack, moved.down, moved.across) ? moved : cell;
}
