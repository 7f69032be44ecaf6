/** The overview: maps from their atlases with frames and marks, faint links as texture below. */
import type { Box, CellBox } from '../core/layout';
import { atlasPlace, type Atlas } from './atlas';

/** World to screen: screen = world * k + (x, y), CSS pixels. */
export interface View {
  k: number;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
}

export interface DrawnColumn {
  cells: readonly CellBox[];
  atlas: Atlas;
  /** Maps whose values are all zero. */
  dead: ReadonlySet<number>;
  /** How far it stands from its place in the layout, in the world. */
  shift?: { x: number; y: number };
  /** How much of its maps is there while they appear, 0 to 1. */
  share?: number;
}

export interface Edge {
  from: Box;
  to: Box;
}

export interface SceneColours {
  frame: string;
  mark: string;
}

/** A cell this large on screen is drawn as an exact square; smaller ones are smoothed. */
const EXACT_PX = 3;

export function clearView(context: CanvasRenderingContext2D, view: View): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, view.width * view.ratio, view.height * view.ratio);
  setView(context, view);
}

function setView(context: CanvasRenderingContext2D, view: View): void {
  const scale = view.ratio * view.k;
  context.setTransform(scale, 0, 0, scale, view.x * view.ratio, view.y * view.ratio);
}

export function isVisible(box: Box, view: View): boolean {
  const left = box.x * view.k + view.x;
  const top = box.y * view.k + view.y;
  return (
    left < view.width && top < view.height && left + box.w * view.k > 0 && top + box.h * view.k > 0
  );
}

/** Draws the maps of the columns. */
export function drawScene(
  context: CanvasRenderingContext2D,
  columns: readonly DrawnColumn[],
  options: { view: View; colours: SceneColours },
): void {
  const { view, colours } = options;
  clearView(context, view);
  for (const column of columns) {
    const { shift } = column;
    const own = shift
      ? { ...view, x: view.x + shift.x * view.k, y: view.y + shift.y * view.k }
      : view;
    if (shift) setView(context, own);
    drawColumn(context, column, own, colours);
  }
}

/** Draws the faint links, on a canvas of their own: they stay while pictures change. */
export function drawEdges(
  context: CanvasRenderingContext2D,
  edges: readonly Edge[],
  { view, colour }: { view: View; colour: string },
): void {
  clearView(context, view);
  context.strokeStyle = colour;
  context.lineWidth = 0.6 / view.k;
  context.beginPath();
  for (const edge of edges) {
    if (isVisible(edge.from, view) || isVisible(edge.to, view)) traceLink(context, edge);
  }
  context.stroke();
}

/** Adds the curve from the right of one box to the left of another (or below it) to the path. */
export function traceLink(context: CanvasRenderingContext2D, { from, to }: Edge): void {
  const [x1, y1] = [from.x + from.w, from.y + from.h / 2];
  const [x2, y2] = [to.x, to.y + to.h / 2];
  if (x2 >= x1) {
    const middle = (x1 + x2) / 2;
    context.moveTo(x1, y1);
    context.bezierCurveTo(middle, y1, middle, y2, x2, y2);
    return;
  }
  const [fx, fy, tx] = [from.x + from.w / 2, from.y + from.h, to.x + to.w / 2];
  const half = (fy + to.y) / 2;
  context.moveTo(fx, fy);
  context.bezierCurveTo(fx, half, tx, half, tx, to.y);
}

function drawColumn(
  context: CanvasRenderingContext2D,
  column: DrawnColumn,
  view: View,
  colours: SceneColours,
): void {
  const { atlas, share = 1 } = column;
  context.globalAlpha = share;
  for (const cell of column.cells) {
    if (!isVisible(cell, view)) continue;
    const [left, top] = atlasPlace(atlas, cell.channel);
    context.imageSmoothingEnabled = (cell.w / atlas.width) * view.k < EXACT_PX;
    const { width, height } = atlas;
    context.drawImage(atlas.canvas, left, top, width, height, cell.x, cell.y, cell.w, cell.h);
  }
  context.globalAlpha = 1;
  if (atlas.width * atlas.height === 1) return;
  drawFrames(context, column, view, colours);
}

function drawFrames(
  context: CanvasRenderingContext2D,
  column: DrawnColumn,
  view: View,
  colours: SceneColours,
): void {
  context.lineWidth = 1 / view.k;
  context.strokeStyle = colours.frame;
  context.beginPath();
  for (const cell of column.cells) {
    if (isVisible(cell, view)) context.rect(cell.x, cell.y, cell.w, cell.h);
  }
  context.stroke();
  context.strokeStyle = colours.mark;
  context.beginPath();
  for (const cell of column.cells) {
    if (column.dead.has(cell.channel) && isVisible(cell, view)) traceDead(context, cell);
  }
  context.stroke();
}

/** A map that is zero everywhere carries a diagonal, so that it is not taken for a weak one. */
function traceDead(context: CanvasRenderingContext2D, cell: Box): void {
  context.moveTo(cell.x, cell.y + cell.h);
  context.lineTo(cell.x + cell.w, cell.y);
}
