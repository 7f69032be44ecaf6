/** One map opened large: exact squares, values once they fit, winners, windows and a cursor. */
import { valueColour, valueColours, type Palette, type Theme } from '../core/colour';
import type { Box } from '../core/layout';
import { formatNumber } from '../core/numbers';
import type { Range } from '../core/types';
import { textOn } from './grid';
import { layOn, patchOf } from './patch';

export interface MapData {
  /** height * width values; the last row may not be full. */
  values: Float32Array;
  height: number;
  width: number;
  cursor: { y: number; x: number } | null;
  /** In cells of this map; may reach into the padding. */
  windows: readonly Box[];
  /** Cells that won their pooling window. */
  winners: readonly { y: number; x: number }[];
}

export interface MapView {
  /** Side of a cell, CSS pixels. */
  cell: number;
  /** Place of the map's corner, CSS pixels. */
  left: number;
  top: number;
  width: number;
  height: number;
  ratio: number;
}

export interface MapOptions {
  view: MapView;
  palette: Palette;
  range: Range;
  theme: Theme;
  accent: string;
  paper: string;
  family: string;
}

/** A cell this wide holds a value of three digits at 11 px. */
export const TEXT_PX = 44;

/** The map cell for cell, one pixel each. */
export function paintMapImage(
  data: Pick<MapData, 'values' | 'height' | 'width'>,
  options: Pick<MapOptions, 'palette' | 'range' | 'theme'>,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = data.width;
  canvas.height = data.height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = context.createImageData(data.width, data.height);
  const pixels = new Uint32Array(image.data.buffer);
  const colour = valueColours(options.palette, options.range, options.theme);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colour(data.values[i] as number);
  context.putImageData(image, 0, 0);
  return canvas;
}

export function drawMap(
  context: CanvasRenderingContext2D,
  data: MapData,
  options: MapOptions & { image: HTMLCanvasElement },
): void {
  const { view } = options;
  begin(context, view);
  context.imageSmoothingEnabled = false;
  const [w, h] = [data.width * view.cell, data.height * view.cell];
  context.drawImage(options.image, view.left, view.top, w, h);
  if (view.cell >= TEXT_PX) writeValues(context, data, options);
  drawWinners(context, data, options);
  strokeMarks(context, data, options);
}

/**
 * What moves over a map, on a canvas of its own that is laid where it is. It is as wide as the map:
 * a canvas that changes its size costs more than one that is larger.
 */
export function drawMarks(
  canvas: HTMLCanvasElement,
  { cursor, windows, width }: Pick<MapData, 'cursor' | 'windows' | 'width'>,
  { view, accent }: Pick<MapOptions, 'view' | 'accent'>,
): void {
  const marked = [...windows, ...(cursor ? [{ y: cursor.y, h: 1 }] : [])];
  const bands = marked.map(({ y, h }) => ({ x: 0, w: width, y, h }));
  const patch = patchOf(bands, { ...view, x: view.left, y: view.top, k: view.cell });
  const { x: left, y: top, k: cell, ...size } = patch.view;
  const seen = { ...size, left, top, cell };
  const context = layOn(canvas, patch);
  begin(context, seen);
  strokeMarks(context, { cursor, windows }, { view: seen, accent });
}

function begin(context: CanvasRenderingContext2D, { ratio, width, height }: MapView): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
}

function strokeMarks(
  context: CanvasRenderingContext2D,
  { cursor, windows }: Pick<MapData, 'cursor' | 'windows'>,
  { view, accent }: Pick<MapOptions, 'view' | 'accent'>,
): void {
  context.strokeStyle = accent;
  context.lineWidth = 2;
  for (const box of windows) {
    context.setLineDash([4, 2]);
    context.strokeRect(...inView(box, view));
  }
  context.setLineDash([]);
  if (cursor) context.strokeRect(...inView({ ...cursor, w: 1, h: 1 }, view));
}

/** The borders of a map and of the padding around it. */
export function drawRing(
  context: CanvasRenderingContext2D,
  map: Box,
  { width, height, colour }: { width: number; height: number; colour: string },
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash([2, 2]);
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
  context.strokeRect(map.x, map.y, map.w, map.h);
  context.setLineDash([]);
}

function inView(box: Box, view: MapView): [number, number, number, number] {
  const [x, y] = [view.left + box.x * view.cell, view.top + box.y * view.cell];
  return [x, y, box.w * view.cell, box.h * view.cell];
}

function visible(view: MapView, data: MapData): { y0: number; y1: number; x0: number; x1: number } {
  return {
    y0: Math.max(0, Math.floor(-view.top / view.cell)),
    y1: Math.min(data.height, Math.ceil((view.height - view.top) / view.cell)),
    x0: Math.max(0, Math.floor(-view.left / view.cell)),
    x1: Math.min(data.width, Math.ceil((view.width - view.left) / view.cell)),
  };
}

function writeValues(
  context: CanvasRenderingContext2D,
  data: MapData,
  { view, palette, range, theme, family }: MapOptions,
): void {
  context.font = `11px ${family}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const { y0, y1, x0, x1 } = visible(view, data);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const value = data.values[y * data.width + x];
      if (value === undefined) continue;
      context.fillStyle = textOn(valueColour(palette, value, range, theme));
      const [left, top] = inView({ x, y, w: 1, h: 1 }, view);
      context.fillText(formatNumber(value), left + view.cell / 2, top + view.cell / 2);
    }
  }
}

function drawWinners(
  context: CanvasRenderingContext2D,
  data: MapData,
  { view, accent, paper }: MapOptions,
): void {
  const radius = Math.max(1, Math.min(4, view.cell / 5));
  context.fillStyle = accent;
  context.strokeStyle = paper;
  context.lineWidth = 1;
  for (const { y, x } of data.winners) {
    const [left, top, w] = inView({ x, y, w: 1, h: 1 }, view);
    if (left < -w || top < -w || left > view.width || top > view.height) continue;
    context.beginPath();
    context.arc(left + w / 2, top + w / 2, radius, 0, 2 * Math.PI);
    context.fill();
    // A winner is often as dark as the dot: the paper stands furthest from both.
    context.stroke();
  }
}
