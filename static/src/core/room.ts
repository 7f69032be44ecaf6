/** Where a room for one neuron opens between the columns of the overview, and who makes way. */
import type { Box, Column, Layout } from './layout';

/** How far a column stands from its place in the layout, in px of the world. */
export interface Offset {
  x: number;
  y: number;
}

export interface RoomPlan {
  node: string;
  /** The free box, in the world whose columns have slid apart. */
  box: Box;
  /** Columns that stand elsewhere while the room is open. */
  offsets: ReadonlyMap<string, Offset>;
  /** Everything that should be seen at once: the sources, the room, the node. */
  seen: Box;
  /** Size of the world while the room is open. */
  width: number;
  height: number;
}

/** What a room needs, in px: beside a column its width and least height, above a band its height. */
export interface RoomSize {
  width: number;
  least: number;
  band: number;
}

/** Clear space on both sides of a room. */
export const ROOM_GAP_PX = 14;
const EDGE_PX = 16;
const NOWHERE: Offset = { x: 0, y: 0 };

/**
 * The room of a node: left of its column, or above its band where the network runs down the page.
 * `source` (null for none or several) comes to stand on the other side of it. Columns and bands that
 * come after make way; nothing that is not moved overlaps the room. Null for a node without column.
 */
export function planRoom(
  layout: Layout,
  node: string,
  source: string | null,
  size: RoomSize,
): RoomPlan | null {
  const column = layout.columns.find(({ id }) => id === node);
  if (!column) return null;
  const from = layout.columns.find(({ id }) => id === source) ?? null;
  const place = { layout, column, from, size };
  return layout.mode === 'rows' ? beside(place) : above(place);
}

interface Place {
  layout: Layout;
  column: Column;
  from: Column | null;
  size: RoomSize;
}

/** A room as tall as its row, and no less than it needs: then the rows below make way. */
function beside({ layout, column, from, size }: Place): RoomPlan {
  const { columns } = layout;
  const row = columns.filter((each) => each.row === column.row);
  const before = row[row.indexOf(column) - 1];
  const offsets = new Map<string, Offset>();
  let left = before ? before.x + before.w : EDGE_PX;
  if (from && from !== before) {
    const x = before ? left + ROOM_GAP_PX : left;
    offsets.set(from.id, { x: x - from.x, y: middleOf(column) - middleOf(from) });
    left = x + from.w;
  }
  const top = column.titleBox.y;
  const tall = column.legendBox.y + column.legendBox.h - top;
  const box = { x: left + ROOM_GAP_PX, y: top, w: size.width, h: Math.max(tall, size.least) };
  const shift = Math.max(0, box.x + box.w + ROOM_GAP_PX - column.x);
  for (const each of row.slice(row.indexOf(column))) offsets.set(each.id, { x: shift, y: 0 });
  for (const each of columns) {
    const isBelow = each.row > column.row && each !== from;
    if (isBelow && box.h > tall) offsets.set(each.id, { x: 0, y: box.h - tall });
  }
  return finish({ layout, column, from, size }, box, offsets);
}

/** A room across the page, with the source's band right above it. */
function above({ layout, column, from, size }: Place): RoomPlan {
  const { columns } = layout;
  const at = columns.indexOf(column);
  const offsets = new Map<string, Offset>();
  let top = column.titleBox.y;
  if (from && from !== columns[at - 1]) {
    offsets.set(from.id, { x: 0, y: top - from.titleBox.y });
    top += from.y + from.h - from.titleBox.y;
  }
  const box = { x: EDGE_PX, y: top, w: layout.width - 2 * EDGE_PX, h: size.band };
  const shift = box.y + box.h + ROOM_GAP_PX - column.titleBox.y;
  for (const each of columns.slice(at)) offsets.set(each.id, { x: 0, y: shift });
  return finish({ layout, column, from, size }, box, offsets);
}

function finish(
  { layout, column, from }: Place,
  box: Box,
  offsets: ReadonlyMap<string, Offset>,
): RoomPlan {
  const moved = (each: Column, part: Box) => movedBox(part, offsets.get(each.id) ?? NOWHERE);
  const all = layout.columns.flatMap((each) => [
    moved(each, each),
    moved(each, each.titleBox),
    moved(each, each.legendBox),
  ]);
  const whole = union([box, ...all]);
  const seen = union([box, moved(column, column), ...(from ? [moved(from, from)] : [])]);
  return {
    ...{ node: column.id, box, offsets, seen },
    width: Math.max(layout.width, whole.x + whole.w + EDGE_PX),
    height: Math.max(layout.height, whole.y + whole.h + ROOM_GAP_PX),
  };
}

export function movedBox<T extends Box>(box: T, { x, y }: Offset): T {
  return { ...box, x: box.x + x, y: box.y + y };
}

/** The smallest box around some boxes. */
export function union(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.w));
  const bottom = Math.max(...boxes.map((box) => box.y + box.h));
  return { x, y, w: right - x, h: bottom - y };
}

function middleOf({ y, h }: Box): number {
  return y + h / 2;
}
