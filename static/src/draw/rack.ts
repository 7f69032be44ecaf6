/** Kernels side by side, cell by cell, in the colours of weights or as small colour pictures. */
import { packRgb, valueColour, type Theme } from '../core/colour';
import { channelsOf, rackIndex, type Rack, type RackCell } from '../core/rack';
import type { Range } from '../core/types';

export interface RackOptions {
  /** Side of a cell, and the gap between tiles, in pixels of the canvas. */
  cell: number;
  gap: number;
  range: Range;
  theme: Theme;
}

/** Sides of the whole rack in the units of cell and gap. */
export function rackSize(
  { down, across, rows, columns }: Rack,
  { cell, gap }: { cell: number; gap: number },
): { width: number; height: number } {
  return {
    width: across * columns * cell + (across - 1) * gap,
    height: down * rows * cell + (down - 1) * gap,
  };
}

/** Left and top of a cell, in the units of cell and gap. */
export function cellCorner(
  rack: Rack,
  at: RackCell,
  { cell, gap }: { cell: number; gap: number },
): [left: number, top: number] {
  return [
    at.across * (rack.columns * cell + gap) + at.column * cell,
    at.down * (rack.rows * cell + gap) + at.row * cell,
  ];
}

/** The cell under a place; null in a gap or outside. */
export function cellAt(
  rack: Rack,
  [x, y]: readonly [number, number],
  { cell, gap }: { cell: number; gap: number },
): RackCell | null {
  const [wide, high] = [rack.columns * cell + gap, rack.rows * cell + gap];
  const [across, down] = [Math.floor(x / wide), Math.floor(y / high)];
  const column = Math.floor((x - across * wide) / cell);
  const row = Math.floor((y - down * high) / cell);
  const isIn =
    x >= 0 && y >= 0 && across < rack.across && down < rack.down && column < rack.columns;
  if (!isIn || row >= rack.rows || !channelsOf(rack, down, across)) return null;
  return { down, across, row, column };
}

export function drawRack(
  context: CanvasRenderingContext2D,
  rack: Rack,
  values: ArrayLike<number>,
  options: RackOptions,
): void {
  const { width, height } = rackSize(rack, options);
  const image = context.createImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  for (let down = 0; down < rack.down; down++) {
    for (let across = 0; across < rack.across; across++) {
      if (channelsOf(rack, down, across)) paintTile(words, rack, { down, across }, values, options);
    }
  }
  context.putImageData(image, 0, 0);
}

function paintTile(
  words: Uint32Array,
  rack: Rack,
  tile: { down: number; across: number },
  values: ArrayLike<number>,
  options: RackOptions,
): void {
  const { width } = rackSize(rack, options);
  const { cell } = options;
  for (let row = 0; row < rack.rows; row++) {
    for (let column = 0; column < rack.columns; column++) {
      const at = { ...tile, row, column };
      const colour = cellColour(rack, rackIndex(rack, at), values, options);
      const [left, top] = cellCorner(rack, at, options);
      for (let y = top; y < top + cell; y++) {
        words.fill(colour, y * width + left, y * width + left + cell);
      }
    }
  }
}

function cellColour(
  { isColour, sizes }: Rack,
  index: number,
  values: ArrayLike<number>,
  { range, theme }: RackOptions,
): number {
  if (!isColour) return valueColour('weight', values[index] as number, range, theme);
  const plane = sizes[2] * sizes[3];
  const most = range[1] || 1;
  // Zero is mid grey, as in the inspector.
  const part = (input: number) =>
    127.5 + (127.5 * (values[index + input * plane] as number)) / most;
  return packRgb([part(0), part(1), part(2)]);
}
