/** The plane: a field of values as colours, the points of two classes, and the probe. */
import { valueColours, type Palette, type Theme } from '../core/colour';
import { REACH, SIDE } from '../core/plane';
import type { Range } from '../core/types';
import type { Ink } from './ink';

export interface PlaneData {
  /** SIDE by SIDE values, row by row from above. */
  field: Float64Array;
  xs: readonly (readonly [number, number])[];
  classes: readonly number[];
  probe: readonly [number, number] | null;
}

export interface PlaneOptions {
  /** Side of the drawing, CSS pixels. */
  side: number;
  ratio: number;
  palette: Palette;
  range: Range;
  theme: Theme;
  ink: Ink;
}

const DOT_PX = 3.5;
/** Where a field is laid down before it is drawn large; the same for all. */
let small: OffscreenCanvas | undefined;

/** Where a coordinate lies along a side of the drawing. */
export function toPx(coordinate: number, side: number): number {
  return ((coordinate + REACH) / (2 * REACH)) * side;
}

export function drawPlane(
  context: CanvasRenderingContext2D,
  data: PlaneData,
  options: PlaneOptions,
): void {
  const { side, ratio } = options;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, side, side);
  drawField(context, data.field, options);
  context.lineWidth = 1;
  data.xs.forEach((point, i) => drawPoint(context, point, data.classes[i] as number, options));
  if (data.probe) drawProbe(context, data.probe, options);
}

function drawField(
  context: CanvasRenderingContext2D,
  field: Float64Array,
  { side, palette, range, theme }: PlaneOptions,
): void {
  const image = new ImageData(SIDE, SIDE);
  new Uint32Array(image.data.buffer).set(
    Uint32Array.from(field, valueColours(palette, range, theme)),
  );
  small ??= new OffscreenCanvas(SIDE, SIDE);
  small.getContext('2d')?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, side, side);
}

/** Class 0 is an empty square, class 1 a full disc: told apart without colour. */
function drawPoint(
  context: CanvasRenderingContext2D,
  [x1, x2]: readonly [number, number],
  kind: number,
  { side, ink }: PlaneOptions,
): void {
  const [x, y] = [toPx(x1, side), toPx(-x2, side)];
  context.beginPath();
  if (kind === 1) context.arc(x, y, DOT_PX, 0, 2 * Math.PI);
  else context.rect(x - DOT_PX, y - DOT_PX, 2 * DOT_PX, 2 * DOT_PX);
  context.fillStyle = kind === 1 ? ink.ink : ink.paper;
  context.strokeStyle = kind === 1 ? ink.paper : ink.ink;
  context.fill();
  context.stroke();
}

function drawProbe(
  context: CanvasRenderingContext2D,
  [x1, x2]: readonly [number, number],
  { side, ink }: PlaneOptions,
): void {
  const [x, y] = [toPx(x1, side), toPx(-x2, side)];
  context.strokeStyle = ink.accent;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - 9, y);
  context.lineTo(x + 9, y);
  context.moveTo(x, y - 9);
  context.lineTo(x, y + 9);
  context.stroke();
}
