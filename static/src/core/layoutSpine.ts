/** The overview from top to bottom, for narrow screens: every node is a band across the page. */

import type { Box, Column, Layout, LayoutNode, LayoutOptions } from './layout';
import type { Part, Plan } from './layoutPlan';
import { grid, mapCell, placeCells, toParts, wantedOf } from './layoutPlan';
import { toGroups } from './layoutRows';

const EDGE_PX = 12;
const TITLE_PX = 30;
const KERNEL_PX = 44;
const SPACE_PX = 6;
const SHORT_PX = 10;
const WIDE_PX = 28;
const MAP = { smallest: 44, largest: 64, gap: 4, lines: 2 };
const PICTURE_PX = 128;
const BAR = { pitch: 28, thickness: 24, most: 16 };
const STRIP = { height: 20, thinnest: 4 };
const CELL = { pitch: 10, lines: 4 };

/** See `makeLayout`; world width = viewport width, the height is what it takes. */
export function makeSpine(nodes: readonly LayoutNode[], options: LayoutOptions): Layout {
  const room = options.width - 2 * EDGE_PX;
  const columns: Column[] = [];
  let top = SPACE_PX;
  let group = 0;
  toParts(nodes).forEach((part, row) => {
    if (row > 0) top += part.isWide ? WIDE_PX : SHORT_PX;
    if (part.isWide) group += 1;
    const plan = planBand(part, wantedOf(part, options), room);
    const column = { ...toBand(plan, top, room, options), row, group };
    columns.push(column);
    top = bottomOf(column);
  });
  const mapSize = Math.max(...columns.map((column) => column.mapSize));
  const groups = toGroups(columns);
  const height = top + SPACE_PX;
  return { mode: 'column', width: options.width, height, mapSize, columns, groups };
}

function planBand(part: Part, wanted: number | null, room: number): Plan {
  if (part.kind === 'picture') return grid(part, 1, 1, [PICTURE_PX, PICTURE_PX], 0, 0);
  if (part.kind === 'maps') return planMaps(part, wanted, room);
  if (part.kind === 'bars') {
    const shown = wanted ?? Math.min(part.total, BAR.most);
    return grid(part, shown, 1, [room, BAR.thickness], 0, BAR.pitch - BAR.thickness);
  }
  if (part.kind === 'strip') {
    const perLine = Math.min(part.total, Math.floor(room / STRIP.thinnest));
    const width = Math.floor(room / perLine) - 1;
    return grid(part, wanted ?? perLine, perLine, [width, STRIP.height], 1, 1);
  }
  const perLine = Math.floor(room / CELL.pitch);
  const shown = wanted ?? Math.min(part.total, perLine * CELL.lines);
  return grid(part, shown, perLine, [CELL.pitch - 1, CELL.pitch - 1], 1, 1);
}

/** As few lines as maps of the smallest size need, evenly filled, maps as large as that allows. */
function planMaps(part: Part, wanted: number | null, room: number): Plan {
  const { smallest, largest, gap } = MAP;
  const most = Math.floor((room + gap) / (smallest + gap));
  const shown = wanted ?? Math.min(part.total, most * MAP.lines);
  const perLine = Math.ceil(shown / Math.ceil(shown / most));
  const size = Math.min(largest, Math.floor((room + gap) / perLine) - gap);
  return grid(part, shown, perLine, mapCell(part, size), gap, gap);
}

/** The legend shares the line of the title: left half and right half. */
function toBand(plan: Plan, top: number, room: number, options: LayoutOptions): Column {
  const { part, w, h, shown } = plan;
  const y = top + TITLE_PX + SPACE_PX;
  const half = Math.floor(room / 2);
  const box = (x: number, at: number, width: number, height: number): Box => ({
    x: EDGE_PX + x,
    y: at,
    w: width,
    h: height,
  });
  return {
    id: part.id,
    op: part.op,
    kind: part.kind,
    ...{ x: EDGE_PX, y, w, h, row: 0, group: 0 },
    titleBox: box(0, top, half - SPACE_PX, TITLE_PX),
    legendBox: box(half, top, room - half, TITLE_PX),
    kernelBox: part.op === 'conv' ? box(0, y + h + SPACE_PX, room, KERNEL_PX) : null,
    cells: placeCells(plan, EDGE_PX, y, options),
    shown,
    total: part.total,
    mapSize: part.kind === 'maps' ? Math.max(...plan.cell) : 0,
  };
}

function bottomOf({ y, h, kernelBox }: Column): number {
  return kernelBox ? kernelBox.y + kernelBox.h : y + h;
}
