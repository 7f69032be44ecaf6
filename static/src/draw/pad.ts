/** Draws the marks of the drawing pad. */
import { channelsOf } from '../core/colourpad';
import type { Fill, Line, Mark } from '../core/pad';

/** Edges of lines are blended: a fill crosses colours that differ by less than this in each. */
const TOLERANCE = 48;

export interface PadOptions {
  side: number;
  paper: string;
}

function drawLine(ctx: CanvasRenderingContext2D, line: Line, side: number): void {
  const [first, ...rest] = line.points;
  if (!first) return;
  ctx.strokeStyle = line.colour;
  ctx.lineWidth = line.width * side;
  ctx.lineCap = ctx.lineJoin = 'round';
  ctx.beginPath();
  ctx.moveTo(first.x * side, first.y * side);
  // A line to the same place is a dot.
  for (const point of rest.length > 0 ? rest : [first]) ctx.lineTo(point.x * side, point.y * side);
  ctx.stroke();
}

/** 1 for the pixels of the area of one colour around a pixel, and for the rim that ends it. */
export function areaAround(data: Uint8ClampedArray, side: number, start: number): Uint8Array {
  const at = (pixel: number, channel: number) => data[pixel * 4 + channel] as number;
  const [red, green, blue] = [at(start, 0), at(start, 1), at(start, 2)];
  const seen = new Uint8Array(side * side);
  const queue: number[] = [];
  const visit = (pixel: number) => {
    // Above and below the pad there is no pixel, so `undefined`.
    if (seen[pixel] !== 0) return;
    seen[pixel] = 1;
    const isAlike =
      Math.abs(at(pixel, 0) - red) <= TOLERANCE &&
      Math.abs(at(pixel, 1) - green) <= TOLERANCE &&
      Math.abs(at(pixel, 2) - blue) <= TOLERANCE;
    if (isAlike) queue.push(pixel);
  };
  visit(start);
  for (const pixel of queue) {
    if (pixel % side > 0) visit(pixel - 1);
    if (pixel % side < side - 1) visit(pixel + 1);
    visit(pixel - side);
    visit(pixel + side);
  }
  return seen;
}

/** Colours the rim too: it holds the blended pixels that would stay as a light seam. */
function drawFill(ctx: CanvasRenderingContext2D, fill: Fill, side: number): void {
  const image = ctx.getImageData(0, 0, side, side);
  const x = Math.min(side - 1, Math.floor(fill.at.x * side));
  const y = Math.min(side - 1, Math.floor(fill.at.y * side));
  const rgba = [...channelsOf(fill.colour), 255];
  areaAround(image.data, side, y * side + x).forEach((isInside, pixel) => {
    if (isInside) image.data.set(rgba, pixel * 4);
  });
  ctx.putImageData(image, 0, 0);
}

function drawMark(ctx: CanvasRenderingContext2D, mark: Mark, side: number): void {
  if (mark.kind === 'line') drawLine(ctx, mark, side);
  else drawFill(ctx, mark, side);
}

export function drawPad(
  ctx: CanvasRenderingContext2D,
  marks: readonly Mark[],
  { side, paper }: PadOptions,
): void {
  ctx.fillStyle = paper;
  ctx.fillRect(0, 0, side, side);
  for (const mark of marks) drawMark(ctx, mark, side);
}

/** A drawer that keeps the pixels of all marks but the last, which is the one that grows. */
export function makePadDrawer(
  ctx: CanvasRenderingContext2D,
  options: PadOptions,
): (marks: readonly Mark[]) => void {
  const { side } = options;
  let settled: { marks: readonly Mark[]; pixels: ImageData } | null = null;
  return (marks) => {
    const before = marks.slice(0, -1);
    const kept = settled?.marks;
    if (kept?.length === before.length && kept.every((mark, index) => mark === before[index])) {
      ctx.putImageData((settled as { pixels: ImageData }).pixels, 0, 0);
    } else {
      drawPad(ctx, before, options);
      settled = { marks: before, pixels: ctx.getImageData(0, 0, side, side) };
    }
    const last = marks.at(-1);
    if (last) drawMark(ctx, last, side);
  };
}
