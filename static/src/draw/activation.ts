/** An activation in three strips over one axis: the curve, its slope, and how often inputs lie where. */
import { linearAxis, placeOf, ticksOf, type Axis } from '../core/axis';
import type { ActivationCurve } from '../core/activationCurve';
import { peakOf, type Histogram } from '../core/histogram';
import type { Box } from '../core/layout';
import { drawBars } from './bars';
import type { ChartInk } from './chart';
import { drawFloor } from './floor';

export interface ActivationPicture {
  axis: Axis;
  curve: ActivationCurve;
  /** Inputs of the whole layer, and of the chosen map. */
  layer: Histogram;
  channel: Histogram | null;
  dot: { x: number; y: number; slope: number } | null;
}

export interface ActivationOptions {
  width: number;
  height: number;
  ratio: number;
  ink: ChartInk;
  /** Names of the three strips. */
  names: readonly [curve: string, slope: string, inputs: string];
}

const FONT_PX = 11;
const [LEFT, RIGHT, FLOOR, GAP] = [40, 10, 20, 18];

/** Boxes of the three strips, from the top. */
export function stripsOf(width: number, height: number): [Box, Box, Box] {
  const w = Math.max(10, width - LEFT - RIGHT);
  const room = Math.max(30, height - FLOOR - 3 * GAP);
  const [a, b] = [Math.round(room * 0.5), Math.round(room * 0.2)];
  return [
    { x: LEFT, y: GAP, w, h: a },
    { x: LEFT, y: a + 2 * GAP, w, h: b },
    { x: LEFT, y: a + b + 3 * GAP, w, h: room - a - b },
  ];
}

type Place = (x: number, y: number) => readonly [number, number];

export function drawActivation(
  context: CanvasRenderingContext2D,
  picture: ActivationPicture,
  options: ActivationOptions,
): void {
  const { width, height, ratio, ink, names } = options;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `${FONT_PX}px ${ink.family}`;
  const { axis, curve } = picture;
  const strips = stripsOf(width, height);
  strips.forEach((box, i) => {
    shadeFlat(context, box, picture, ink);
    context.fillStyle = ink.muted;
    context.textAlign = 'left';
    context.textBaseline = 'alphabetic';
    context.fillText(names[i] as string, box.x, box.y - 5, box.w);
  });
  const [top, middle, bottom] = strips;
  const places = [
    [top, curve.value],
    [middle, curve.slope],
  ] as const;
  const made = places.map(([box, values]) =>
    strip(context, box, { axis, values, x: curve.x, ink }),
  );
  drawInputs(context, bottom, picture, ink);
  if (picture.dot) drawDot(context, picture.dot, { made, bottom, ink });
}

/** One line over the axis, with its own values named at the side; answers where a point lies. */
function strip(
  context: CanvasRenderingContext2D,
  box: Box,
  { axis, values, x, ink }: { axis: Axis; values: Float64Array; x: Float64Array; ink: ChartInk },
): Place {
  const ticks = box.h > 60 ? 4 : 2;
  const y = linearAxis([Math.min(0, ...values), Math.max(0, ...values)], ticks);
  const place: Place = (at, value) => [
    box.x + placeOf(axis, at) * box.w,
    box.y + (1 - placeOf(y, value)) * box.h,
  ];
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const { value, text } of ticksOf(y, ticks)) {
    const [left, at] = place(axis.lo, value);
    context.moveTo(left, Math.round(at) + 0.5);
    context.lineTo(left + box.w, Math.round(at) + 0.5);
    context.fillText(text, left - 5, at, LEFT - 6);
  }
  context.stroke();
  context.strokeStyle = ink.accent;
  context.lineWidth = 2;
  context.beginPath();
  x.forEach((at, i) => context.lineTo(...place(at, values[i] as number)));
  context.stroke();
  return place;
}

function shadeFlat(
  context: CanvasRenderingContext2D,
  box: Box,
  { axis, curve }: ActivationPicture,
  ink: ChartInk,
): void {
  context.fillStyle = ink.warn;
  context.globalAlpha = 0.1;
  for (const [from, to] of curve.flat) {
    const left = placeOf(axis, from) * box.w;
    context.fillRect(box.x + left, box.y, placeOf(axis, to) * box.w - left, box.h);
  }
  context.globalAlpha = 1;
}

function drawInputs(
  context: CanvasRenderingContext2D,
  box: Box,
  { axis, layer, channel }: ActivationPicture,
  ink: ChartInk,
): void {
  const peak = peakOf(channel ? [layer, channel] : [layer]);
  drawBars(context, layer, { box, axis, peak, colour: ink.muted, alpha: 0.45, isOutline: false });
  if (channel) {
    drawBars(context, channel, { box, axis, peak, colour: ink.accent, alpha: 1, isOutline: true });
  }
  drawFloor(context, axis, box, ink);
}

/** The chosen input: a line through all strips, and its point on both curves. */
function drawDot(
  context: CanvasRenderingContext2D,
  dot: NonNullable<ActivationPicture['dot']>,
  { made, bottom, ink }: { made: readonly Place[]; bottom: Box; ink: ChartInk },
): void {
  const [curve, slope] = made as [Place, Place];
  const [x, y] = curve(dot.x, dot.y);
  context.strokeStyle = ink.ink;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x, bottom.y + bottom.h);
  context.moveTo(x, y);
  context.lineTo(bottom.x, y);
  context.stroke();
  context.setLineDash([]);
  for (const [px, py] of [[x, y] as const, slope(dot.x, dot.slope)]) {
    context.beginPath();
    context.arc(px, py, 4.5, 0, 2 * Math.PI);
    context.fillStyle = ink.ink;
    context.strokeStyle = ink.paper;
    context.lineWidth = 2;
    context.stroke();
    context.fill();
  }
}
