/** Where the flattened maps, their numbers in a row and the weights of these are drawn. */
import { flatCell, rulerOf, type Ruler } from './flatOrder';
import { asMap } from './geometry';
import type { Box } from './layout';

export interface RulerLayout {
  ruler: Ruler;
  /** (C, H, W) that was flattened. */
  from: readonly number[];
  /** The rows that are drawn. */
  first: number;
  shown: number;
  /** Height of a row with the gap below it, CSS pixels. */
  row: number;
  /** Side of the square that holds a map; 0 where a channel is one number. */
  side: number;
  /** The bars: left edge and width. */
  left: number;
  width: number;
}

const [ROW_PX, SIDE_PX, LABEL_PX, GAP_PX] = [50, 42, 30, 12];
/** Heights of the bars of values and of weights, and the room of the index above them. */
export const BARS = { index: 13, value: 15, weight: 12 } as const;

/** A layout in a width, CSS pixels, of `shown` rows from row `first`. */
export function layOutRuler(
  from: readonly number[],
  rows: { first: number; shown: number },
  width: number,
): RulerLayout {
  const ruler = rulerOf(from);
  const side = ruler.hasMaps ? SIDE_PX : 0;
  const left = LABEL_PX + (side > 0 ? side + GAP_PX : 0);
  return {
    ...{ ruler, from, ...rows, side, left },
    ...{ row: ROW_PX, width: Math.max(20, width - left - 4) },
  };
}

/** Rows of a page in a height. */
export function rowsIn(height: number): number {
  return Math.max(2, Math.floor(height / ROW_PX));
}

function topOf({ first, row, ruler }: RulerLayout, index: number): number {
  return (Math.floor(index / ruler.columns) - first) * row;
}

/** The slit of an element in the bar of values, or of weights. */
export function slitBox(layout: RulerLayout, index: number, bar: 'value' | 'weight'): Box {
  const { ruler, left, width } = layout;
  const w = width / ruler.columns;
  const y = topOf(layout, index) + BARS.index + (bar === 'weight' ? BARS.value + 1 : 0);
  return { x: left + (index % ruler.columns) * w, y, w, h: BARS[bar] };
}

/** Side of a map's cell. */
function cellOf({ from, side }: RulerLayout): number {
  const [, height, width] = asMap(from);
  return Math.min(side / width, side / height);
}

/** The cell of an element in its map; null where there are no maps. */
export function mapCellBox(layout: RulerLayout, index: number): Box | null {
  if (layout.side === 0) return null;
  const cell = cellOf(layout);
  const { y, x } = flatCell(layout.from, index);
  return {
    x: LABEL_PX + x * cell,
    y: topOf(layout, index) + 2 + y * cell,
    ...{ w: cell, h: cell },
  };
}

/** The element under a point, on its map or in the bars; null elsewhere. */
export function elementAt(layout: RulerLayout, x: number, y: number): number | null {
  const { ruler, row, first, shown, left, width, side, from } = layout;
  const line = Math.floor(y / row);
  if (line < 0 || line >= shown) return null;
  const start = (first + line) * ruler.columns;
  let offset: number;
  if (x >= left && x < left + width) offset = Math.floor(((x - left) / width) * ruler.columns);
  else {
    const [, height, across] = asMap(from);
    const cell = cellOf(layout);
    const [cx, cy] = [Math.floor((x - LABEL_PX) / cell), Math.floor((y - line * row - 2) / cell)];
    if (side === 0 || cx < 0 || cy < 0 || cx >= across || cy >= height) return null;
    offset = cy * across + cx;
  }
  return start + offset < ruler.count ? start + offset : null;
}
