/** Flattening: where each number of the maps stands in the vector, and the ruler that shows it. */
import { asMap } from './geometry';

export interface FlatCell {
  c: number;
  y: number;
  x: number;
}

type Shape = readonly number[];

/** c * H * W + y * W + x: channel by channel, row by row. */
export function flatIndex(from: Shape, { c, y, x }: FlatCell): number {
  const [, height, width] = asMap(from);
  return (c * height + y) * width + x;
}

/** The cell of the maps that an element of the vector was. */
export function flatCell(from: Shape, index: number): FlatCell {
  const [, height, width] = asMap(from);
  const each = height * width;
  return {
    c: Math.floor(index / each),
    y: Math.floor(index / width) % height,
    x: index % width,
  };
}

/** Rows of the ruler: one a channel, or a line of the vector where a channel is a single number. */
export interface Ruler {
  rows: number;
  /** Elements in a row. */
  columns: number;
  count: number;
  /** True when a row is a channel. */
  hasMaps: boolean;
}

const LINE = 32;

export function rulerOf(from: Shape): Ruler {
  const [channels, height, width] = asMap(from);
  const each = height * width;
  const count = channels * each;
  const columns = each > 1 ? each : Math.min(LINE, count);
  return { rows: Math.ceil(count / columns), columns, count, hasMaps: each > 1 };
}

/** The first of `shown` rows such that row `at` is among them, in whole pages. */
export function pageOf(at: number, shown: number, rows: number): number {
  const first = Math.floor(at / shown) * shown;
  return Math.max(0, Math.min(first, rows - shown));
}

const MOVES: Readonly<Record<string, (ruler: Ruler, width: number) => number>> = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: (_, width) => width,
  ArrowUp: (_, width) => -width,
  PageDown: ({ columns }) => columns,
  PageUp: ({ columns }) => -columns,
  Home: () => -Infinity,
  End: () => Infinity,
};

/**
 * The element that a key leads to: left and right along the vector, up and down a row of the map,
 * a page a channel; null for other keys.
 */
export function movedElement(key: string, at: number, from: Shape): number | null {
  const move = MOVES[key];
  if (!move) return null;
  const ruler = rulerOf(from);
  const [, , width] = asMap(from);
  const next = at + move(ruler, width > 1 ? width : ruler.columns);
  return Math.min(ruler.count - 1, Math.max(0, next));
}
