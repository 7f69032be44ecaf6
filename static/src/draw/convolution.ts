/** A convolution in its room: sources, kernels, products, sum and output, and the sliding window. */
import { cssColour, valueColour, type Theme } from '../core/colour';
import { VALUE_PX, type ConvPlan, type ConvRow } from '../core/convRoom';
import type { WindowBoxes } from '../core/convWindow';
import type { Kernel } from '../core/kernels';
import type { Box } from '../core/layout';
import type { Range } from '../core/types';
import { drawGrid } from './grid';
import { clearView, type View } from './scene';

export interface ConvPicture {
  plan: ConvPlan;
  /** By row of the plan. */
  kernels: readonly Kernel[];
  products: readonly HTMLCanvasElement[];
  output: HTMLCanvasElement | null;
  /** Row whose kernel is written in numbers. */
  lit: number;
  /** The padded input around each source, where there is padding. */
  rings: readonly Box[];
}

export interface ConvOptions {
  view: View;
  theme: Theme;
  weights: Range;
  ink: Record<'paper' | 'ink' | 'muted' | 'line' | 'accent' | 'family', string>;
}

/** A cell this wide on screen holds a number of two digits at 11 px. */
const NUMBER_PX = 34;
const FONT_PX = 11;
const DASH = [4, 3];

export function drawConvolution(
  context: CanvasRenderingContext2D,
  picture: ConvPicture,
  options: ConvOptions,
): void {
  const { plan, kernels } = picture;
  clearView(context, options.view);
  context.imageSmoothingEnabled = false;
  drawLitRow(context, picture, options);
  drawRings(context, picture.rings, options);
  plan.rows.forEach((row, i) => {
    const kernel = kernels[i];
    if (kernel) drawKernel(context, kernel, row.kernel, options);
    drawImage(context, picture.products[i], row.product, options);
  });
  drawSum(context, plan, options);
  drawImage(context, picture.output ?? undefined, plan.output, options);
  const lit = kernels[picture.lit];
  if (lit) drawKernel(context, lit, plan.detail, options);
}

/** The row whose kernel is written out lies on a band. */
function drawLitRow(
  context: CanvasRenderingContext2D,
  { plan, lit }: ConvPicture,
  { ink }: ConvOptions,
): void {
  const row = plan.rows[lit];
  if (!row) return;
  context.fillStyle = ink.accent;
  context.globalAlpha = 0.14;
  for (const box of [row.source, row.kernel, row.product]) {
    context.fillRect(box.x - 4, box.y - 3, box.w + 8, box.h + 6);
  }
  context.globalAlpha = 1;
}

function drawRings(
  context: CanvasRenderingContext2D,
  rings: readonly Box[],
  { view, ink }: ConvOptions,
): void {
  context.strokeStyle = ink.muted;
  context.lineWidth = 1 / view.k;
  context.setLineDash([2 / view.k, 2 / view.k]);
  for (const box of rings) context.strokeRect(box.x, box.y, box.w, box.h);
  context.setLineDash([]);
}

/** What follows the window: it is drawn anew at every step. */
export interface LightPicture extends WindowBoxes {
  plan: ConvPlan;
  /** Share of each row in all that is added up, 0 to 1. */
  shares: readonly number[];
  /** The node's map in its column. */
  target: Box | null;
}

export interface LightOptions extends Pick<ConvOptions, 'view' | 'ink'> {
  /** How far the dashes have moved, px. */
  flow: number;
}

/** The way of the numbers, in dashes that move and tell how much each brings, and the window. */
export function drawLight(
  context: CanvasRenderingContext2D,
  picture: LightPicture,
  options: LightOptions,
): void {
  const { view, ink, flow } = options;
  clearView(context, view);
  const { plan, shares, target } = picture;
  context.setLineDash(DASH.map((length) => length / view.k));
  context.lineDashOffset = -flow / view.k;
  plan.rows.forEach((row, i) => drawFlow(context, row, shares[i] ?? 0, plan.sum, options));
  context.strokeStyle = ink.ink;
  context.lineWidth = 1.2 / view.k;
  context.beginPath();
  traceBetween(context, plan.sum, plan.output);
  if (target) traceCurve(context, plan.output, target);
  context.stroke();
  context.setLineDash([]);
  drawWindow(context, picture, options);
}

/** Dashes from a source through its kernel and its product to the sum; thicker for more of it. */
function drawFlow(
  context: CanvasRenderingContext2D,
  { source, kernel, product }: ConvRow,
  share: number,
  sum: Box,
  { view, ink }: LightOptions,
): void {
  context.strokeStyle = ink.muted;
  context.lineWidth = 1 / view.k;
  context.beginPath();
  traceBetween(context, source, kernel);
  traceBetween(context, kernel, product);
  context.stroke();
  context.lineWidth = (0.8 + 3 * share) / view.k;
  context.beginPath();
  traceCurve(context, { ...product, w: product.w + (isBeside(product, sum) ? VALUE_PX : 0) }, sum);
  context.stroke();
}

function isBeside(from: Box, to: Box): boolean {
  return to.x >= from.x + from.w;
}

/** A straight line from the right of one box to the left of another, or from below to above. */
function traceBetween(context: CanvasRenderingContext2D, from: Box, to: Box): void {
  if (isBeside(from, to)) {
    context.moveTo(from.x + from.w, from.y + from.h / 2);
    context.lineTo(to.x, to.y + to.h / 2);
  } else {
    context.moveTo(from.x + from.w / 2, from.y + from.h);
    context.lineTo(to.x + to.w / 2, to.y);
  }
}

function traceCurve(context: CanvasRenderingContext2D, from: Box, to: Box): void {
  if (isBeside(from, to)) {
    const [x1, y1, x2, y2] = [from.x + from.w, from.y + from.h / 2, to.x, to.y + to.h / 2];
    const middle = (x1 + x2) / 2;
    context.moveTo(x1, y1);
    context.bezierCurveTo(middle, y1, middle, y2, x2, y2);
    return;
  }
  const [x1, y1, x2, y2] = [from.x + from.w / 2, from.y + from.h, to.x + to.w / 2, to.y];
  const middle = (y1 + y2) / 2;
  context.moveTo(x1, y1);
  context.bezierCurveTo(x1, middle, x2, middle, x2, y2);
}

function drawKernel(
  context: CanvasRenderingContext2D,
  { values, rows, columns }: Kernel,
  box: Box,
  { view, theme, weights, ink }: ConvOptions,
): void {
  const cell = box.w / columns;
  if (cell * view.k >= NUMBER_PX) {
    const fontSize = FONT_PX / view.k;
    const numbers = { digits: 2, fontSize, family: ink.family, line: ink.line };
    const place = { x: box.x, y: box.y, cell, palette: 'weight', range: weights, theme } as const;
    return drawGrid(context, { values, rows, columns }, { ...place, ...numbers });
  }
  for (let i = 0; i < values.length; i++) {
    context.fillStyle = cssColour(valueColour('weight', values[i] as number, weights, theme));
    const [x, y] = [i % columns, Math.floor(i / columns)];
    context.fillRect(box.x + x * cell, box.y + y * cell, cell, cell);
  }
  strokeBox(context, box, ink.line, 1 / view.k);
}

function drawImage(
  context: CanvasRenderingContext2D,
  image: HTMLCanvasElement | undefined,
  box: Box,
  { view, ink }: ConvOptions,
): void {
  if (image) context.drawImage(image, box.x, box.y, box.w, box.h);
  strokeBox(context, box, ink.line, 1 / view.k);
}

function strokeBox(
  context: CanvasRenderingContext2D,
  box: Box,
  colour: string,
  width: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(box.x, box.y, box.w, box.h);
}

function drawSum(
  context: CanvasRenderingContext2D,
  { sum }: ConvPlan,
  { view, ink }: ConvOptions,
): void {
  context.strokeStyle = ink.ink;
  context.lineWidth = 1.2 / view.k;
  const [x, y] = [sum.x + sum.w / 2, sum.y + sum.h / 2];
  context.beginPath();
  context.arc(x, y, sum.w / 2, 0, 2 * Math.PI);
  context.fillStyle = ink.paper;
  context.fill();
  context.stroke();
  context.fillStyle = ink.ink;
  context.font = `15px ${ink.family}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText('Σ', x, y + 1);
}

/** The window where it stands, on every map at once. */
function drawWindow(
  context: CanvasRenderingContext2D,
  { windows, taps, cells }: WindowBoxes,
  { view, ink }: LightOptions,
): void {
  context.fillStyle = ink.accent;
  context.globalAlpha = 0.45;
  for (const box of taps) context.fillRect(box.x, box.y, box.w, box.h);
  context.globalAlpha = 1;
  for (const [colour, width] of [
    [ink.paper, 3.5],
    [ink.accent, 1.8],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width / view.k;
    context.beginPath();
    for (const box of [...windows, ...cells]) context.rect(box.x, box.y, box.w, box.h);
    context.stroke();
  }
}
