/** The part of a view that some boxes take: a canvas of its size costs less than one of the whole. */
import type { Box } from '../core/layout';
import type { View } from './scene';
import { drawStill, sizeTo } from './still';

/** Boxes that move a little stay on the same patch. */
const GRID_PX = 64;
/** A stroke reaches beyond its box. */
const EDGE_PX = 4;

/** The view as seen through the patch, and where that lies in the whole view, CSS px. */
export interface Patch {
  view: View;
  left: number;
  top: number;
}

export function patchOf(boxes: readonly Box[], view: View): Patch {
  const spans = (from: 'x' | 'y', size: 'w' | 'h') =>
    boxes.map((box) => [box[from], box[from] + box[size]].map((at) => at * view.k + view[from]));
  const [left, right] = reach(spans('x', 'w'), view.width);
  const [top, bottom] = reach(spans('y', 'h'), view.height);
  const size = { width: right - left, height: bottom - top };
  return { view: { ...view, x: view.x - left, y: view.y - top, ...size }, left, top };
}

/** From where to where some spans reach, outwards to the grid and within 0 and `most`. */
function reach(spans: readonly (readonly number[])[], most: number): [number, number] {
  const start = Math.min(...spans.map(([from = 0]) => from)) - EDGE_PX;
  const end = Math.max(...spans.map(([, to = 0]) => to)) + EDGE_PX;
  if (start >= most || end <= 0) return [0, 0];
  const onGrid = (at: number, round: (value: number) => number) => round(at / GRID_PX) * GRID_PX;
  return [Math.max(0, onGrid(start, Math.floor)), Math.min(most, onGrid(end, Math.ceil))];
}

/** Gives a canvas as many pixels as a view has on the screen. */
export function fitTo(
  canvas: HTMLCanvasElement,
  view: Pick<View, 'width' | 'height' | 'ratio'>,
): CanvasRenderingContext2D {
  sizeTo(canvas, view);
  return canvas.getContext('2d') as CanvasRenderingContext2D;
}

/** Lays a canvas on a patch, in an element whose corner lies at `origin` in the view, px. */
export function layOn(
  canvas: HTMLCanvasElement,
  { view, left, top }: Patch,
  origin = { x: 0, y: 0 },
): CanvasRenderingContext2D {
  place(canvas, { view, left, top }, origin);
  return fitTo(canvas, view);
}

/** Lays a canvas as `layOn` does, and draws on it what will rest. */
export function layStill(
  canvas: HTMLCanvasElement,
  patch: Patch,
  draw: (context: CanvasRenderingContext2D) => void,
  origin = { x: 0, y: 0 },
): void {
  place(canvas, patch, origin);
  drawStill(canvas, patch.view, draw);
}

/** Where canvases lie, as CSS; most stay there from drawing to drawing. */
const laid = new WeakMap<HTMLCanvasElement, string>();

function place(canvas: HTMLCanvasElement, patch: Patch, origin: { x: number; y: number }): void {
  const { view, left, top } = patch;
  const corner = `left: ${left - origin.x}px; top: ${top - origin.y}px;`;
  const css = `${corner} width: ${view.width}px; height: ${view.height}px;`;
  if (laid.get(canvas) === css) return;
  laid.set(canvas, css);
  canvas.style.cssText = css;
}
