/** The window of a convolution in the px of its room, in true geometry, and back from px to cells. */
import type { ConvPlan } from './convRoom';
import type { Box } from './layout';
import { tapsOf, windowAround, type Size } from './products';
import type { WindowGeometry } from './types';

export interface ConvScene {
  plan: ConvPlan;
  geometry: WindowGeometry;
  /** Of the input and of the output, in cells. */
  input: Size;
  out: Size;
  /** The node's map in its column. */
  target: Box | null;
}

interface Cell {
  y: number;
  x: number;
}

export interface WindowBoxes {
  /** Outlines of the window, in the world. */
  windows: Box[];
  /** The cells under it, where they do not fill it. */
  taps: Box[];
  /** The cell that is made, on products and outputs. */
  cells: Box[];
}

/** The window that makes a cell, over every source; may reach into the padding. */
export function windowBoxes(scene: ConvScene, cell: Cell): WindowBoxes {
  const { plan, geometry, input, out, target } = scene;
  const ys = known(tapsOf(geometry, 0, cell.y));
  const xs = known(tapsOf(geometry, 1, cell.x));
  const sources = plan.rows.map(({ source }) => source);
  const around = { y: Math.min(...ys), x: Math.min(...xs) };
  const [h, w] = [Math.max(...ys) - around.y + 1, Math.max(...xs) - around.x + 1];
  const isFull = h * w === ys.length * xs.length;
  const isEmpty = ys.length === 0 || xs.length === 0;
  const maps = [
    ...plan.rows.map(({ product }) => product),
    plan.output,
    ...(target ? [target] : []),
  ];
  return {
    windows: isEmpty ? [] : sources.map((box) => inside(box, input, around, h, w)),
    taps: isFull
      ? []
      : sources.flatMap((box) =>
          ys.flatMap((y) => xs.map((x) => inside(box, input, { y, x }, 1, 1))),
        ),
    cells: maps.map((box) => inside(box, out, cell, 1, 1)),
  };
}

function known(taps: readonly (number | null)[]): number[] {
  return taps.filter((tap) => tap !== null);
}

function inside(box: Box, size: Size, { y, x }: Cell, rows: number, columns: number): Box {
  const [h, w] = [box.h / size.height, box.w / size.width];
  return { x: box.x + x * w, y: box.y + y * h, w: columns * w, h: rows * h };
}

/** The input with its padding, around each source; none where there is no padding. */
export function ringBoxes({ plan, geometry, input }: ConvScene): Box[] {
  if (geometry.transposed) return [];
  const [top, bottom] = geometry.padding.at(-2) ?? [0, 0];
  const [left, right] = geometry.padding.at(-1) ?? [0, 0];
  if (top + bottom + left + right <= 0) return [];
  return plan.rows.map(({ source }) =>
    inside(
      source,
      input,
      { y: -top, x: -left },
      input.height + top + bottom,
      input.width + left + right,
    ),
  );
}

/** The output cell that a point of the room means, on any of its maps; null beside them. */
export function cellUnder(
  { plan, geometry, input, out, target }: ConvScene,
  x: number,
  y: number,
): Cell | null {
  const made = [
    plan.output,
    ...(target ? [target] : []),
    ...plan.rows.map(({ product }) => product),
  ];
  for (const box of made) {
    const cell = cellIn(box, out, x, y);
    if (cell) return cell;
  }
  for (const { source } of plan.rows) {
    const cell = cellIn(source, input, x, y);
    if (cell) return windowAround(geometry, cell, out);
  }
  return null;
}

function cellIn(box: Box, { height, width }: Size, x: number, y: number): Cell | null {
  const [row, column] = [((y - box.y) / box.h) * height, ((x - box.x) / box.w) * width];
  const isInside = row >= 0 && column >= 0 && row < height && column < width;
  return isInside ? { y: Math.floor(row), x: Math.floor(column) } : null;
}
