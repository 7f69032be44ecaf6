/** Numbers as coloured squares with their values written in them: kernels and opened maps. */
import {
  cssColour,
  unpackRgb,
  valueColour,
  type Palette,
  type Rgb,
  type Theme,
} from '../core/colour';
import { formatNumber } from '../core/numbers';
import { contrast } from '../core/sight';
import type { Range } from '../core/types';

export interface GridData {
  /** rows * columns values, row by row. */
  values: ArrayLike<number>;
  rows: number;
  columns: number;
}

export interface GridOptions {
  x: number;
  y: number;
  /** Side of a cell in the context's units. */
  cell: number;
  palette: Palette;
  range: Range;
  theme: Theme;
  /** Digits shown; 0 for none. */
  digits: number;
  fontSize: number;
  family: string;
  line: string;
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** Dark or light text, whichever reads better on a colour. */
export function textOn(word: number): string {
  const colour = unpackRgb(word);
  return contrast(colour, BLACK) > contrast(colour, WHITE) ? 'black' : 'white';
}

export function drawGrid(
  context: CanvasRenderingContext2D,
  data: GridData,
  options: GridOptions,
): void {
  const { x, y, cell } = options;
  context.font = `${options.fontSize}px ${options.family}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; i < data.rows * data.columns; i++) {
    const left = x + (i % data.columns) * cell;
    const top = y + Math.floor(i / data.columns) * cell;
    drawCell(context, data.values[i] as number, { left, top, options });
  }
  context.strokeStyle = options.line;
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, data.columns * cell - 1, data.rows * cell - 1);
}

function drawCell(
  context: CanvasRenderingContext2D,
  value: number,
  { left, top, options }: { left: number; top: number; options: GridOptions },
): void {
  const { cell, palette, range, theme, digits } = options;
  const colour = valueColour(palette, value, range, theme);
  context.fillStyle = cssColour(colour);
  context.fillRect(left, top, cell, cell);
  if (digits === 0) return;
  context.fillStyle = textOn(colour);
  context.fillText(formatNumber(value, digits), left + cell / 2, top + cell / 2, cell - 2);
}
