/** What each column of the overview consists of, and how large it is, before it has a place. */

import type { CellBox, ColumnKind, LayoutNode, LayoutOptions } from './layout';
import { PICTURE } from './layout';
import { mapStack } from './maps';
import { logitsNode } from './scale';
import type { Op } from './types';
import { isMaps } from './types';

/** Sizes that one layout uses everywhere, in px. */
export interface Metrics {
  /** Longest side of a map. */
  map: number;
  /** Between two maps of a column. */
  gap: number;
  /** Maps that stand above each other before a column grows sideways. */
  capacity: number;
  /** Height that strips, bars and cells fill. */
  area: number;
  /** Width that no column may exceed. */
  room: number;
  picture: number;
  /** Width of the rows of the softmax: name, bar and value. */
  classes: number;
}

/** What a column shows; nothing about sizes. */
export interface Part {
  id: string;
  op: Op | 'picture';
  kind: ColumnKind;
  total: number;
  /** Width and height of a map as shares of its longest side. */
  shape: readonly [number, number];
  /** True before an operation that mixes channels. */
  isWide: boolean;
  /** True for the two vectors with one row per class. */
  isClass: boolean;
}

/** A part with its size: `w` by `h` px, of cells on a grid. */
export interface Plan {
  part: Part;
  w: number;
  h: number;
  shown: number;
  across: number;
  cell: readonly [number, number];
  pitch: readonly [number, number];
}

/** Ops that work on each channel by itself. */
const PER_CHANNEL: ReadonlySet<Op> = new Set(['activation', 'pool', 'norm', 'dropout', 'flatten']);
/** Vectors up to this length show a row per number, and columns up to it are never cut. */
export const SMALL = 16;
const STRIP_PX = 18;
const BAR = { hidden: 48, logits: 64, thinnest: 20, tallest: 64, thickest: 36 };
const CELL = { thinnest: 4, square: 6, across: 3 };
const THINNEST_SEGMENT_PX = 6;
const THINNEST_MAP_PX = 8;

/** The picture, then every node in execution order. */
export function toParts(nodes: readonly LayoutNode[]): Part[] {
  const logits = logitsNode(nodes) ?? nodes.filter((node) => !isMaps(node.shape)).at(-1)?.id;
  const picture: Part = {
    id: PICTURE,
    op: 'picture',
    kind: 'picture',
    total: 1,
    shape: [1, 1],
    isWide: false,
    isClass: false,
  };
  return [picture, ...nodes.map((node) => toPart(node, node.id === logits))];
}

function toPart(node: LayoutNode, isLogits: boolean): Part {
  const { count, height, width } = mapStack(node);
  const longest = Math.max(height, width, 1);
  const isClass = isLogits || (node.op === 'softmax' && !isMaps(node.shape));
  return {
    id: node.id,
    op: node.op,
    kind: kindOf(node, count, isClass),
    total: count,
    shape: [width / longest, height / longest],
    isWide: node.op !== 'input' && isMixing(node),
    isClass,
  };
}

function kindOf(node: LayoutNode, count: number, isClass: boolean): ColumnKind {
  if (isMaps(node.shape)) return 'maps';
  const { geometry } = node;
  if (geometry.kind === 'flatten' && geometry.from.length === 3) return 'strip';
  return isClass || count <= SMALL ? 'bars' : 'cells';
}

function isMixing({ op, geometry }: LayoutNode): boolean {
  if (op === 'conv' && geometry.kind === 'window') {
    const { mixes, groups = 1, out } = geometry;
    return mixes && (groups === 1 || groups !== out);
  }
  return !PER_CHANNEL.has(op);
}

/** How many channels of a part are wanted: everything, or null = what fits. */
export function wantedOf(part: Part, options: LayoutOptions): number | null {
  return options.density === 'all' ? part.total : null;
}

/** The size of a part that stands upright in a row. */
export function planPart(part: Part, wanted: number | null, metrics: Metrics): Plan {
  if (part.kind === 'picture') {
    return grid(part, 1, 1, [metrics.picture, metrics.picture], 0, 0);
  }
  if (part.kind === 'maps') return planMaps(part, wanted, metrics);
  if (part.kind === 'bars') return planBars(part, wanted, metrics);
  if (part.kind === 'strip') return planStrip(part, wanted, metrics);
  return planCells(part, wanted, metrics);
}

function planMaps(part: Part, wanted: number | null, { map, gap, capacity, room }: Metrics): Plan {
  const cell = mapCell(part, map);
  const stack = Math.max(1, Math.floor((capacity * (map + gap)) / (cell[1] + gap)));
  const shown = wanted ?? (part.total <= SMALL ? part.total : Math.min(part.total, stack));
  const widest = Math.max(1, Math.floor((room + gap) / (cell[0] + gap)));
  return grid(part, shown, Math.min(Math.ceil(shown / stack), widest), cell, gap, gap);
}

/** A map keeps its proportions; a line of cells stays thick enough to be seen. */
export function mapCell(part: Part, map: number): [number, number] {
  const [w, h] = part.shape.map((share) => Math.max(THINNEST_MAP_PX, Math.round(share * map)));
  return [w as number, h as number];
}

function planBars(part: Part, wanted: number | null, { area, classes }: Metrics): Plan {
  const fitting = Math.max(SMALL, Math.floor(area / BAR.thinnest));
  const shown = Math.min(part.total, wanted ?? fitting);
  const pitch = Math.min(BAR.tallest, Math.max(BAR.thinnest, Math.floor(area / shown)));
  const height = Math.min(BAR.thickest, pitch - 4);
  return grid(part, shown, 1, [barWidth(part, classes), height], 0, pitch - height);
}

function barWidth(part: Part, classes: number): number {
  if (part.op === 'softmax') return classes;
  return part.isClass ? BAR.logits : BAR.hidden;
}

function planStrip(part: Part, wanted: number | null, { area }: Metrics): Plan {
  const fitting = Math.max(1, Math.floor(area / THINNEST_SEGMENT_PX));
  const shown = Math.min(part.total, wanted ?? fitting);
  const pitch = Math.max(THINNEST_SEGMENT_PX, area / shown);
  return grid(part, shown, 1, [STRIP_PX, pitch - 1], 0, 1);
}

function planCells(part: Part, wanted: number | null, { area, room }: Metrics): Plan {
  const thin = Math.floor(area / (wanted ?? part.total));
  if (thin >= CELL.thinnest) {
    const pitch = Math.min(STRIP_PX, thin);
    return grid(part, wanted ?? part.total, 1, [STRIP_PX, pitch - 1], 0, 1);
  }
  const stack = Math.max(1, Math.floor(area / CELL.square));
  const shown = Math.min(part.total, wanted ?? stack * CELL.across);
  const across = Math.min(Math.ceil(shown / stack), Math.floor(room / CELL.square));
  return grid(part, shown, Math.max(1, across), [CELL.square - 1, CELL.square - 1], 1, 1);
}

/** Cells side by side, `across` of them, then on the next line; gaps only between them. */
export function grid(
  part: Part,
  shown: number,
  across: number,
  cell: readonly [number, number],
  gapX: number,
  gapY: number,
): Plan {
  const pitch = [cell[0] + gapX, cell[1] + gapY] as const;
  const lines = Math.ceil(shown / across);
  const w = Math.min(shown, across) * pitch[0] - gapX;
  return { part, w, h: lines * pitch[1] - gapY, shown, across, cell, pitch };
}

/** The cells of a plan whose upper left corner is at (x, y), strongest channel first. */
export function placeCells(plan: Plan, x: number, y: number, options: LayoutOptions): CellBox[] {
  const { shown, across, cell, pitch, part } = plan;
  const order = options.order?.(part.id);
  const cells: CellBox[] = [];
  for (let rank = 0; rank < shown; rank++) {
    cells.push({
      channel: order?.[rank] ?? rank,
      x: x + (rank % across) * pitch[0],
      y: y + Math.floor(rank / across) * pitch[1],
      w: cell[0],
      h: cell[1],
    });
  }
  return cells;
}
