/** A grid of numbers with a ring of padding round it, windows laid over it and a cursor. */
import { cssColour, valueColour, type Palette, type Theme } from '../core/colour';
import type { Box } from '../core/layout';
import { formatShort } from '../core/numbers';
import type { Cell } from '../core/pan';
import type { Range } from '../core/types';
import { textOn } from './grid';
import type { Ink } from './ink';

/** Cells beside a grid: before and after along y, then along x. */
export type Ring = readonly [readonly [number, number], readonly [number, number]];

export interface CellsData {
  /** rows * columns values, row by row; null is a cell without a number yet. */
  values: ArrayLike<number | null>;
  rows: number;
  columns: number;
  ring: Ring;
  /** In cells; may reach into the ring. */
  windows: readonly Box[];
  /** Cells that are marked one by one. */
  marks: readonly Cell[];
  cursor: Cell | null;
}

export interface CellsOptions {
  /** Side of a cell, CSS pixels. */
  cell: number;
  ratio: number;
  palette: Palette;
  range: Range;
  theme: Theme;
  ink: Ink;
  /** Numbers are written where they fit. */
  hasText: boolean;
}

const TEXT_PX = 11;
const MOST_DIGITS = 3;

export function drawCells(
  context: CanvasRenderingContext2D,
  data: CellsData,
  options: CellsOptions,
): void {
  const { cell, ratio, ink } = options;
  const [[top, bottom], [left, right]] = data.ring;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const width = (left + data.columns + right) * cell;
  context.clearRect(0, 0, width, (top + data.rows + bottom) * cell);
  context.translate(left * cell, top * cell);
  context.font = `${TEXT_PX}px ${ink.family}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  drawRing(context, data, options);
  drawNumbers(context, data, options);
  context.strokeStyle = ink.muted;
  context.lineWidth = 1;
  context.strokeRect(0.5, 0.5, data.columns * cell - 1, data.rows * cell - 1);
  for (const mark of data.marks) outline(context, { ...mark, w: 1, h: 1 }, options, false);
  for (const box of data.windows) outline(context, box, options, data.cursor !== null);
  if (data.cursor) outline(context, { ...data.cursor, w: 1, h: 1 }, options, false);
}

/** Padding is no value of the input: dashed cells, and a quiet 0 in each. */
function drawRing(
  context: CanvasRenderingContext2D,
  { rows, columns, ring: [[top, bottom], [left, right]] }: CellsData,
  { cell, ink, hasText }: CellsOptions,
): void {
  context.strokeStyle = ink.line;
  context.fillStyle = ink.muted;
  context.lineWidth = 1;
  context.setLineDash([2, 2]);
  for (let y = -top; y < rows + bottom; y++) {
    for (let x = -left; x < columns + right; x++) {
      if (y >= 0 && y < rows && x >= 0 && x < columns) continue;
      context.strokeRect(x * cell + 0.5, y * cell + 0.5, cell - 1, cell - 1);
      if (hasText) context.fillText('0', (x + 0.5) * cell, (y + 0.5) * cell);
    }
  }
  context.setLineDash([]);
}

function drawNumbers(
  context: CanvasRenderingContext2D,
  data: CellsData,
  options: CellsOptions,
): void {
  const { cell, palette, range, theme, ink } = options;
  const digits = options.hasText ? digitsThatFit(context, data.values, cell) : 0;
  for (let i = 0; i < data.rows * data.columns; i++) {
    const [y, x] = [Math.floor(i / data.columns), i % data.columns];
    const value = data.values[i] ?? null;
    const colour = value === null ? null : valueColour(palette, value, range, theme);
    context.fillStyle = colour === null ? ink.paper : cssColour(colour);
    context.fillRect(x * cell, y * cell, cell, cell);
    context.strokeStyle = ink.line;
    context.lineWidth = 0.5;
    context.strokeRect(x * cell, y * cell, cell, cell);
    if (value === null || colour === null || digits === 0) continue;
    context.fillStyle = textOn(colour);
    context.fillText(formatShort(value, digits), (x + 0.5) * cell, (y + 0.5) * cell);
  }
}

/** All numbers of a grid with as many digits as the longest of them allows; 0 for none. */
export function digitsThatFit(
  context: Pick<CanvasRenderingContext2D, 'measureText'>,
  values: ArrayLike<number | null>,
  cell: number,
): number {
  const fits = (digits: number) =>
    Array.from(values).every(
      (value) =>
        value === null || context.measureText(formatShort(value, digits)).width <= cell - 2,
    );
  for (let digits = MOST_DIGITS; digits > 0; digits--) if (fits(digits)) return digits;
  return 0;
}

/** A line that is seen on every colour: paper beside the accent. */
function outline(
  context: CanvasRenderingContext2D,
  { x, y, w, h }: Box,
  { cell, ink }: CellsOptions,
  isDashed: boolean,
): void {
  const inset = 1.5;
  const place = [x * cell + inset, y * cell + inset, w * cell - 2 * inset, h * cell - 2 * inset];
  const [left, top, width, height] = place as [number, number, number, number];
  context.strokeStyle = ink.paper;
  context.lineWidth = 4;
  context.strokeRect(left, top, width, height);
  context.strokeStyle = ink.accent;
  context.lineWidth = 2;
  if (isDashed) context.setLineDash([5, 2]);
  context.strokeRect(left, top, width, height);
  context.setLineDash([]);
}
