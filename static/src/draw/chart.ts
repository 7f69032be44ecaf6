/** A chart: axes, lines, dots, flags and marks for what is no number; the cursor lies on its own canvas. */
import { placeOf, ticksOf, type Axis } from '../core/axis';
import type { ChartPicture, Line } from '../core/chart';
import type { FlagKind } from '../core/series';
import type { Box } from '../core/layout';

export interface ChartInk {
  paper: string;
  ink: string;
  muted: string;
  line: string;
  accent: string;
  warn: string;
  family: string;
}

export interface ChartOptions {
  /** Of the canvas, in CSS pixels. */
  width: number;
  height: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
  plot: Box;
  ink: ChartInk;
}

const FONT_PX = 11;
/** Room for a named value on each axis. */
const X_TICK_PX = 64;
const Y_TICK_PX = 26;

/** The part of a canvas that the curves have, beside the names of the axes. */
export function plotBox(width: number, height: number): Box {
  return { x: 44, y: 8, w: Math.max(10, width - 44 - 10), h: Math.max(10, height - 8 - 20) };
}

/** How many values fit along the side of a chart. */
export function yTicks(height: number): number {
  return Math.max(2, Math.floor(plotBox(0, height).h / Y_TICK_PX));
}

export function drawChart(
  context: CanvasRenderingContext2D,
  picture: ChartPicture,
  options: ChartOptions,
): void {
  const { plot, ink } = options;
  begin(context, options);
  const place = placer(plot, picture);
  drawAxes(context, picture, options, place);
  context.save();
  context.beginPath();
  context.rect(plot.x, plot.y - 1, plot.w, plot.h + 2);
  context.clip();
  for (const { step, kind } of picture.flags) drawFlagLine(context, place.x(step), kind, options);
  for (const line of picture.lines) strokeLine(context, line, place);
  context.restore();
  for (const { colour, at } of picture.dots) {
    for (const { x, y } of at) drawDot(context, [place.x(x), place.y(y)], colour, ink.paper);
  }
  for (const x of spread(picture.breaks.map(place.x), 6)) drawBreak(context, x, options);
  drawFlags(context, picture, options, place.x);
}

interface Place {
  x: (step: number) => number;
  y: (value: number) => number;
}

function placer(plot: Box, { x, y }: { x: Axis; y: Axis }): Place {
  return {
    x: (step) => plot.x + placeOf(x, step) * plot.w,
    y: (value) => plot.y + (1 - placeOf(y, value)) * plot.h,
  };
}

function begin(context: CanvasRenderingContext2D, { width, height, ratio, ink }: ChartOptions) {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `${FONT_PX}px ${ink.family}`;
  // Round joins of thousands of pieces cost more than all else, and are not seen.
  context.lineJoin = 'bevel';
}

function drawAxes(
  context: CanvasRenderingContext2D,
  picture: ChartPicture,
  { plot, ink, height }: ChartOptions,
  place: Place,
): void {
  context.fillStyle = ink.muted;
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.beginPath();
  for (const { value, text } of ticksOf(picture.y, yTicks(height))) {
    const y = Math.round(place.y(value)) + 0.5;
    context.moveTo(plot.x, y);
    context.lineTo(plot.x + plot.w, y);
    context.fillText(text, plot.x - 6, y, plot.x - 6);
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const floor = plot.y + plot.h;
  for (const { value, text } of ticksOf(picture.x, Math.max(2, Math.floor(plot.w / X_TICK_PX)))) {
    const x = Math.round(place.x(value)) + 0.5;
    context.moveTo(x, floor);
    context.lineTo(x, floor + 4);
    context.fillText(text, x, floor + 6);
  }
  context.stroke();
}

/** Strokes a path; a point between two that are no numbers becomes a dash of its own. */
function strokeLine(context: CanvasRenderingContext2D, line: Line, place: Place): void {
  const { x: xs, y: ys } = line.path;
  context.globalAlpha = line.alpha;
  context.strokeStyle = line.colour;
  context.lineWidth = line.width;
  context.setLineDash([...line.dash]);
  context.beginPath();
  const track = new Track(context);
  const isGap = (i: number) => !(i >= 0 && i < xs.length) || Number.isNaN(ys[i] as number);
  for (let i = 0; i < xs.length; i++) {
    if (isGap(i)) continue;
    const [x, y] = [place.x(xs[i] as number), place.y(ys[i] as number)];
    if (!isGap(i - 1)) track.to(x, y);
    else if (!isGap(i + 1)) track.from(x, y);
    else {
      context.moveTo(x - 1, y);
      context.lineTo(x + 1, y);
    }
    if (isGap(i + 1)) track.end();
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Nobody sees a line that is so much beside its point. */
const ASIDE_PX = 0.25;

/** A line from left to right without the points that lie on the way from one to a later one. */
class Track {
  #context: CanvasRenderingContext2D;
  /** The last corner, the point that may be left out, and the slopes that pass near to all between. */
  #corner = { x: 0, y: 0 };
  #next: { x: number; y: number } | null = null;
  #low = -Infinity;
  #high = Infinity;

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  from(x: number, y: number): void {
    this.#context.moveTo(x, y);
    this.#turn({ x, y });
  }

  to(x: number, y: number): void {
    const before = this.#next;
    if (before && !this.#isOnTheWay(x, y)) {
      this.end();
      this.#turn(before);
    }
    this.#next = { x, y };
    const run = x - this.#corner.x;
    const rise = y - this.#corner.y;
    this.#low = run > 0 ? Math.max(this.#low, (rise - ASIDE_PX) / run) : Infinity;
    this.#high = run > 0 ? Math.min(this.#high, (rise + ASIDE_PX) / run) : -Infinity;
  }

  end(): void {
    if (this.#next) this.#context.lineTo(this.#next.x, this.#next.y);
    this.#next = null;
  }

  #turn(corner: { x: number; y: number }): void {
    this.#corner = corner;
    [this.#low, this.#high] = [-Infinity, Infinity];
  }

  #isOnTheWay(x: number, y: number): boolean {
    const slope = (y - this.#corner.y) / (x - this.#corner.x);
    return slope >= this.#low && slope <= this.#high;
  }
}

const DOT_PX = 3;

/** A ring of paper around it keeps a dot apart from its line. */
function drawDot(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  colour: string,
  paper: string,
): void {
  context.beginPath();
  context.arc(x, y, DOT_PX, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.strokeStyle = paper;
  context.lineWidth = 1.5;
  context.stroke();
  context.fill();
}

/** Places that stand at least so far from each other. */
export function spread(places: readonly number[], distance: number): number[] {
  const kept: number[] = [];
  for (const place of places.toSorted((a, b) => a - b)) {
    if (place - (kept.at(-1) ?? -Infinity) >= distance) kept.push(place);
  }
  return kept;
}

/** A cross at the floor of the plot: here a value was no number. */
function drawBreak(context: CanvasRenderingContext2D, x: number, { plot, ink }: ChartOptions) {
  const y = plot.y + plot.h - 5;
  context.strokeStyle = ink.warn;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - 3, y - 3);
  context.lineTo(x + 3, y + 3);
  context.moveTo(x - 3, y + 3);
  context.lineTo(x + 3, y - 3);
  context.stroke();
}

function flagColour(kind: FlagKind, ink: ChartInk): string {
  if (kind === 'change') return ink.accent;
  return kind === 'note' ? ink.muted : ink.warn;
}

function drawFlagLine(
  context: CanvasRenderingContext2D,
  x: number,
  kind: FlagKind,
  { plot, ink }: ChartOptions,
): void {
  context.strokeStyle = flagColour(kind, ink);
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x, plot.y);
  context.lineTo(x, plot.y + plot.h);
  context.stroke();
  context.setLineDash([]);
}

/** A pennant for a change, a diamond for a verdict; those too near to the last are left out. */
function drawFlags(
  context: CanvasRenderingContext2D,
  { flags }: ChartPicture,
  { plot, ink }: ChartOptions,
  place: (step: number) => number,
): void {
  for (const isChange of [true, false]) {
    const own = flags.filter(({ kind }) => (kind === 'change') === isChange);
    let last = -Infinity;
    for (const { step, kind } of own.toSorted((a, b) => a.step - b.step)) {
      const x = place(step);
      if (x - last < 7) continue;
      last = x;
      context.fillStyle = flagColour(kind, ink);
      context.beginPath();
      for (const [dx, dy] of isChange ? PENNANT : DIAMOND) context.lineTo(x + dx, plot.y + dy);
      context.fill();
    }
  }
}

const PENNANT = [
  [0, -6],
  [8, -2.5],
  [0, 1],
] as const;
const DIAMOND = [
  [0, -6],
  [4, -2],
  [0, 2],
  [-4, -2],
] as const;

export interface CursorPicture {
  x: Axis;
  y: Axis;
  /** The step of the cursor; null without one. */
  step: number | null;
  /** Values of the runs at the cursor. */
  points: readonly { value: number; colour: string }[];
  /** Steps that are being chosen with the pointer. */
  chosen: readonly [number, number] | null;
}

/** The cursor with its points, and what is being chosen. */
export function drawCursor(
  context: CanvasRenderingContext2D,
  picture: CursorPicture,
  options: ChartOptions,
): void {
  const { plot, ink } = options;
  begin(context, options);
  const place = placer(plot, picture);
  if (picture.chosen) {
    const [from, to] = picture.chosen.map(place.x) as [number, number];
    context.globalAlpha = 0.15;
    context.fillStyle = ink.accent;
    context.fillRect(Math.min(from, to), plot.y, Math.abs(to - from), plot.h);
    context.globalAlpha = 1;
  }
  const { step } = picture;
  if (step === null || step < picture.x.lo || step > picture.x.hi) return;
  const x = Math.round(place.x(step)) + 0.5;
  context.strokeStyle = ink.ink;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, plot.y);
  context.lineTo(x, plot.y + plot.h);
  context.stroke();
  for (const { value, colour } of picture.points) {
    if (Number.isFinite(value)) drawDot(context, [x, place.y(value)], colour, ink.paper);
  }
}
