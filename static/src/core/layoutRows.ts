/** The overview from left to right: one row where it fits, else rows like the lines of a text. */

import type { Box, Column, Group, Layout, LayoutNode, LayoutOptions } from './layout';
import type { Frame, Slot } from './layoutFrame';
import {
  CHROME_PX,
  EDGE_PX,
  KERNEL_PX,
  LEGEND_PX,
  SPACE_PX,
  TITLE_PX,
  chooseSlots,
  widthOf,
} from './layoutFrame';
import { placeCells, toParts } from './layoutPlan';

const BETWEEN_ROWS_PX = 20;
/** Gaps grow up to this factor to fill the width. */
const LOOSEST = 2.2;
/** Clear space between the titles of two columns. */
const CLEAR_PX = 4;

/** See `makeLayout`; world width = viewport width. */
export function makeRows(nodes: readonly LayoutNode[], options: LayoutOptions): Layout {
  const { frame, slots } = chooseSlots(toParts(nodes), options);
  const rows = wrap(slots, frame).map((row) => stretch(row, frame.room));
  return placeRows(rows, frame, options);
}

/** Groups are the words of the text: a row breaks inside one only where it is longer than a row. */
function wrap(slots: readonly Slot[], { room }: Frame): Slot[][] {
  const rows: Slot[][] = [[]];
  const fits = (more: readonly Slot[]) => widthOf([...(rows.at(-1) as Slot[]), ...more]) <= room;
  for (const word of toWords(slots)) {
    if (!fits(word) && rows.at(-1)?.length) rows.push([]);
    for (const slot of word) {
      if (!fits([slot]) && rows.at(-1)?.length) rows.push([]);
      rows.at(-1)?.push(slot);
    }
  }
  return rows;
}

function toWords(slots: readonly Slot[]): Slot[][] {
  const words: Slot[][] = [];
  for (const slot of slots) {
    const word = words.at(-1);
    if (!word || slot.plan.part.isWide) words.push([slot]);
    else word.push(slot);
  }
  return words;
}

/** Spends what is left of the width on the gaps, in proportion. */
function stretch(row: readonly Slot[], room: number): Slot[] {
  const gaps = row.slice(1).reduce((sum, { gap }) => sum + gap, 0);
  const left = room - widthOf(row);
  const factor = gaps > 0 && left > 0 ? Math.min(LOOSEST, 1 + left / gaps) : 1;
  return row.map(({ plan, gap }, i) => ({ plan, gap: i === 0 ? 0 : Math.floor(gap * factor) }));
}

function placeRows(rows: readonly Slot[][], frame: Frame, options: LayoutOptions): Layout {
  const columns: Column[] = [];
  let top = SPACE_PX;
  rows.forEach((row, index) => {
    const spare = rows.length === 1 ? Math.floor((frame.room - widthOf(row)) / 2) : 0;
    const area = Math.max(...row.map(({ plan }) => plan.h));
    const firstGroup = (columns.at(-1)?.group ?? -1) + 1;
    const place = { index, left: EDGE_PX + Math.max(0, spare), top, area, firstGroup };
    columns.push(...placeRow(row, place, options));
    top += area + CHROME_PX + BETWEEN_ROWS_PX;
  });
  const height = top - BETWEEN_ROWS_PX + SPACE_PX;
  const groups = toGroups(columns);
  return { mode: 'rows', width: options.width, height, mapSize: frame.map, columns, groups };
}

interface RowPlace {
  index: number;
  left: number;
  top: number;
  /** Height of the tallest column. */
  area: number;
  firstGroup: number;
}

function placeRow(row: readonly Slot[], place: RowPlace, options: LayoutOptions): Column[] {
  let x = place.left;
  let group = place.firstGroup;
  return row.map((slot, i) => {
    x += slot.gap;
    if (i > 0 && slot.plan.part.isWide) group += 1;
    const before = i === 0 ? EDGE_PX : slot.gap;
    const after = row[i + 1]?.gap ?? EDGE_PX;
    const column = toColumn(slot, x, place, [before - CLEAR_PX, after - CLEAR_PX], options);
    x += slot.plan.w;
    return { ...column, row: place.index, group };
  });
}

/** Title and legend begin with the column and may use the gap after it, kernels the one before. */
function toColumn(
  { plan }: Slot,
  x: number,
  { top, area }: RowPlace,
  [before, after]: readonly [number, number],
  options: LayoutOptions,
): Column {
  const { part, w, h, shown } = plan;
  const y = top + TITLE_PX + SPACE_PX + Math.floor((area - h) / 2);
  const below = top + TITLE_PX + area + 2 * SPACE_PX;
  const legendTop = below + KERNEL_PX + SPACE_PX;
  const kernels: Box = { x: x - before, y: below, w: w + before, h: KERNEL_PX };
  return {
    id: part.id,
    op: part.op,
    kind: part.kind,
    ...{ x, y, w, h, row: 0, group: 0 },
    titleBox: { x, y: top, w: w + after, h: TITLE_PX },
    kernelBox: part.op === 'conv' ? kernels : null,
    legendBox: { x, y: legendTop, w: w + after, h: LEGEND_PX },
    cells: placeCells(plan, x, y, options),
    shown,
    total: part.total,
    mapSize: part.kind === 'maps' ? Math.max(...plan.cell) : 0,
  };
}

/** Boxes around the columns of each group, from the titles to the legends. */
export function toGroups(columns: readonly Column[]): Group[] {
  const groups = new Map<number, Column[]>();
  for (const column of columns) {
    const members = groups.get(column.group);
    if (members) members.push(column);
    else groups.set(column.group, [column]);
  }
  return [...groups.values()].map((members) => {
    const boxes = members.flatMap((column) => [column, column.titleBox, column.legendBox]);
    const x = Math.min(...boxes.map((box) => box.x));
    const y = Math.min(...boxes.map((box) => box.y));
    const right = Math.max(...boxes.map((box) => box.x + box.w));
    const bottom = Math.max(...boxes.map((box) => box.y + box.h));
    const row = members[0]?.row ?? 0;
    return { x, y, w: right - x, h: bottom - y, row, columns: members.map(({ id }) => id) };
  });
}
