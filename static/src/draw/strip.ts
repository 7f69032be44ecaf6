/** Layers over time: rows of coloured cells, in the pixels of the screen. */
import type { Axis } from '../core/axis';
import type { Theme } from '../core/colour';
import { cellColour, type Strip, type StripScale } from '../core/strip';

export interface StripOptions {
  /** Of the canvas, in its own pixels; the width is the strip's columns. */
  height: number;
  axis: Axis;
  scale: StripScale;
  theme: Theme;
  /** Colour of what is no number, as CSS; empty where nothing is marked. */
  warn: string;
  /** Colour of zeros on a log scale, as CSS. */
  zero: string;
}

/** Edges of a row on the canvas, with a line of paper below it. */
export function rowEdges(row: number, rows: number, height: number): [top: number, end: number] {
  const top = Math.round((row * height) / rows);
  const end = Math.round(((row + 1) * height) / rows);
  return [top, end - top > 3 ? end - 1 : end];
}

export function drawStrip(
  context: CanvasRenderingContext2D,
  strip: Strip,
  options: StripOptions,
): void {
  const { rows, columns } = strip;
  const { height } = options;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, columns, height);
  if (rows === 0 || columns === 0 || height === 0) return;
  const image = context.createImageData(columns, height);
  const words = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows; row++) {
    const [top, end] = rowEdges(row, rows, height);
    paintRow(words, strip, row, top, options);
    const first = words.subarray(top * columns, (top + 1) * columns);
    for (let y = top + 1; y < end; y++) words.set(first, y * columns);
  }
  context.putImageData(image, 0, 0);
  for (let row = 0; row < rows; row++) markRow(context, strip, row, options);
}

function paintRow(
  words: Uint32Array,
  { columns, cells }: Strip,
  row: number,
  top: number,
  { axis, scale, theme }: StripOptions,
): void {
  // Neighbours often hold the same value.
  let [last, colour] = [NaN, 0];
  for (let column = 0; column < columns; column++) {
    const value = cells[row * columns + column] as number;
    if (value !== last) [last, colour] = [value, cellColour(value, axis, scale, theme)];
    words[top * columns + column] = colour;
  }
}

/** A line through zeros, which have no colour on a log scale, and a bar where a value is no number. */
function markRow(
  context: CanvasRenderingContext2D,
  { rows, columns, cells, broken }: Strip,
  row: number,
  { height, scale, warn, zero }: StripOptions,
): void {
  const [top, end] = rowEdges(row, rows, height);
  for (let column = 0; column < columns; column++) {
    const cell = row * columns + column;
    if (warn !== '' && broken[cell]) {
      context.fillStyle = warn;
      context.fillRect(column, top, 1, end - top);
    } else if (scale === 'log' && cells[cell] === 0) {
      context.fillStyle = zero;
      context.fillRect(column, Math.floor((top + end) / 2), 1, 1);
    }
  }
}
