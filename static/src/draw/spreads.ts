/** Histograms below each other over one axis, each with its mean and one deviation to both sides. */
import { placeOf, type Axis } from '../core/axis';
import { peakOf, type Histogram } from '../core/histogram';
import type { Box } from '../core/layout';
import { drawBars } from './bars';
import type { ChartInk } from './chart';
import { drawFloor } from './floor';

interface Spread {
  mean: number;
  std: number;
}

export interface SpreadsPicture {
  axis: Axis;
  rows: readonly {
    histogram: Histogram;
    name: string;
    /** Of these values, and what was kept from training. */
    own: Spread;
    trained: Spread | null;
  }[];
}

export interface SpreadsOptions {
  width: number;
  height: number;
  ratio: number;
  ink: ChartInk;
}

const [SIDE, FLOOR, TITLE] = [10, 20, 18];

export function drawSpreads(
  context: CanvasRenderingContext2D,
  { axis, rows }: SpreadsPicture,
  { width, height, ratio, ink }: SpreadsOptions,
): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${ink.family}`;
  const each = (height - FLOOR) / rows.length;
  const w = Math.max(10, width - 2 * SIDE);
  rows.forEach(({ histogram, name, own, trained }, i) => {
    const box = { x: SIDE, y: i * each + TITLE, w, h: each - TITLE - 4 };
    context.fillStyle = ink.muted;
    context.textAlign = 'left';
    context.textBaseline = 'alphabetic';
    context.fillText(name, box.x, box.y - 5, w);
    const peak = peakOf([histogram]);
    drawBars(context, histogram, { ...{ box, axis, peak }, ...BAR, colour: ink.muted });
    markSpread(context, own, { box, axis, colour: ink.accent, dash: [] });
    if (trained) markSpread(context, trained, { box, axis, colour: ink.warn, dash: [4, 3] });
  });
  drawFloor(context, axis, { x: SIDE, y: 0, w, h: height - FLOOR }, ink);
}

const BAR = { alpha: 0.45, isOutline: false };

interface Mark {
  box: Box;
  axis: Axis;
  colour: string;
  dash: readonly number[];
}

/** An upright line at the mean and a level one from a deviation below to one above it. */
function markSpread(
  context: CanvasRenderingContext2D,
  { mean, std }: Spread,
  { box, axis, colour, dash }: Mark,
): void {
  const at = (value: number) => box.x + Math.max(0, Math.min(1, placeOf(axis, value))) * box.w;
  const level = box.y + (dash.length > 0 ? 6 : box.h / 2);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.setLineDash([...dash]);
  context.beginPath();
  context.moveTo(at(mean), box.y);
  context.lineTo(at(mean), box.y + box.h);
  context.moveTo(at(mean - std), level);
  context.lineTo(at(mean + std), level);
  context.stroke();
  context.setLineDash([]);
}
