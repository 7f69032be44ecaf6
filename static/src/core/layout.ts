/** Where everything of the overview stands, in CSS pixels of the unzoomed world. */

import { makeRows } from './layoutRows';
import { makeSpine } from './layoutSpine';
import type { NodeInfo, Op } from './types';

/** Id of the first column: the picture as the person sees it. No node can have it. */
export const PICTURE = '@picture';

/** Below this width the network runs down instead of to the right. */
const NARROW_PX = 640;

export type LayoutNode = Pick<NodeInfo, 'id' | 'op' | 'inputs' | 'shape' | 'geometry'>;

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** One map, segment, row or cell of a column. */
export interface CellBox extends Box {
  channel: number;
}

/**
 * What a column shows: the picture; `maps`; a `strip` with one segment per channel that was
 * flattened; `bars` with one row per number; `cells` with one small square per number.
 */
export type ColumnKind = 'picture' | 'maps' | 'strip' | 'bars' | 'cells';

export interface Column extends Box {
  id: string;
  op: Op | 'picture';
  kind: ColumnKind;
  row: number;
  group: number;
  titleBox: Box;
  legendBox: Box;
  /** Room for the kernels of a convolution, else null. */
  kernelBox: Box | null;
  cells: readonly CellBox[];
  /** Channels that are drawn, of `total`. */
  shown: number;
  total: number;
  /** Longest side of a map; 0 where there are no maps. */
  mapSize: number;
}

/** Columns between two wide gaps: what happens to each channel by itself. */
export interface Group extends Box {
  row: number;
  columns: readonly string[];
}

export type LayoutMode = 'rows' | 'column';
export type Density = 'fit' | 'all';

export interface Layout {
  mode: LayoutMode;
  width: number;
  height: number;
  mapSize: number;
  columns: readonly Column[];
  groups: readonly Group[];
}

export interface LayoutOptions {
  /** Size of the viewport in px. */
  width: number;
  height: number;
  /** `fit`: as many channels as there is room for; `all`: every channel. */
  density?: Density;
  /** Channels of a node, strongest first; by index where it gives nothing. */
  order?: (id: string) => ArrayLike<number> | undefined;
}

/**
 * Places the picture, then every node in execution order: left to right in as many rows as needed,
 * or down the page where it is narrow. Short gaps stand before operations that work on each channel
 * by itself, wide gaps before those that mix channels. Nothing overlaps, everything lies in the
 * world. Same input, same output.
 */
export function makeLayout(nodes: readonly LayoutNode[], options: LayoutOptions): Layout {
  return options.width < NARROW_PX ? makeSpine(nodes, options) : makeRows(nodes, options);
}

/** How far from a map a press still means it, px. */
const SLACK_PX = 2;

/**
 * The column and cell at a point of the world, or null between them.
 * @param offset how far a column stands from its place in the layout
 */
export function hitTest(
  layout: Layout,
  x: number,
  y: number,
  offset: (column: string) => { x: number; y: number } = () => ({ x: 0, y: 0 }),
): { column: Column; cell: CellBox } | null {
  for (const column of layout.columns) {
    const moved = offset(column.id);
    const [at, down] = [x - moved.x, y - moved.y];
    if (!isInside(column, at, down, SLACK_PX)) continue;
    const cell = column.cells.find((box) => isInside(box, at, down, SLACK_PX));
    if (cell) return { column, cell };
  }
  return null;
}

function isInside(box: Box, x: number, y: number, slack: number): boolean {
  return (
    x >= box.x - slack &&
    x < box.x + box.w + slack &&
    y >= box.y - slack &&
    y < box.y + box.h + slack
  );
}
