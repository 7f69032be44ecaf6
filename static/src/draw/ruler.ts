/** Flattened maps beside their numbers in a row and the weights of these below; one element is lit. */
import { cssColour, valueColour, type Palette, type Theme } from '../core/colour';
import type { Box } from '../core/layout';
import { BARS, mapCellBox, slitBox, type RulerLayout } from '../core/ruler';
import type { Range } from '../core/types';
import type { Ink } from './ink';

export interface RulerPicture {
  layout: RulerLayout;
  values: Float32Array;
  /** Weights towards one unit; null where no dense layer follows. */
  weights: Float32Array | null;
  /** Drawn range of a channel's values. */
  range: (channel: number) => { palette: Palette; range: Range };
  weightRange: Range;
}

export interface RulerOptions {
  width: number;
  height: number;
  ratio: number;
  theme: Theme;
  ink: Ink;
}

export function drawRuler(
  context: CanvasRenderingContext2D,
  picture: RulerPicture,
  options: RulerOptions,
): void {
  const { width, height, ratio, ink } = options;
  const { layout } = picture;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${ink.family}`;
  context.textBaseline = 'alphabetic';
  for (let line = 0; line < layout.shown; line++) drawRow(context, picture, options, line);
}

function drawRow(
  context: CanvasRenderingContext2D,
  { layout, values, weights, range, weightRange }: RulerPicture,
  { theme, ink }: RulerOptions,
  line: number,
): void {
  const { ruler, first, row, left } = layout;
  const start = (first + line) * ruler.columns;
  const end = Math.min(ruler.count, start + ruler.columns);
  const fill = (box: Box, palette: Palette, value: number, drawn: Range) => {
    context.fillStyle = cssColour(valueColour(palette, value, drawn, theme));
    // A little wider, so that no paper shows between slits.
    context.fillRect(box.x, box.y, box.w + 0.4, box.h);
  };
  const colours = range(ruler.hasMaps ? first + line : 0);
  for (let index = start; index < end; index++) {
    const value = values[index] as number;
    const cell = mapCellBox(layout, index);
    if (cell) fill({ ...cell, h: cell.h + 0.4 }, colours.palette, value, colours.range);
    fill(slitBox(layout, index, 'value'), colours.palette, value, colours.range);
    if (weights) {
      fill(slitBox(layout, index, 'weight'), 'weight', weights[index] as number, weightRange);
    }
  }
  context.fillStyle = ink.muted;
  context.textAlign = 'left';
  const top = line * row;
  if (ruler.hasMaps) context.fillText(String(first + line), 2, top + BARS.index + 12);
  context.fillText(String(start), left, top + BARS.index - 3);
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  const bar = slitBox(layout, start, 'value');
  const length = (end - start) * bar.w;
  context.strokeRect(bar.x, bar.y, length, bar.h);
  if (weights) {
    const below = slitBox(layout, start, 'weight');
    context.strokeRect(below.x, below.y, length, below.h);
  }
}

/** One element in all three places, and a line from its pixel to its slit; lies on a canvas of its own. */
export function drawElement(
  context: CanvasRenderingContext2D,
  lit: number,
  { layout, weights }: Pick<RulerPicture, 'layout' | 'weights'>,
  { width, height, ratio, ink }: Omit<RulerOptions, 'theme'>,
): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const line = Math.floor(lit / layout.ruler.columns) - layout.first;
  if (line < 0 || line >= layout.shown) return;
  const slit = slitBox(layout, lit, 'value');
  const cell = mapCellBox(layout, lit);
  const boxes = [
    slit,
    ...(cell ? [cell] : []),
    ...(weights ? [slitBox(layout, lit, 'weight')] : []),
  ];
  context.lineWidth = 2;
  context.strokeStyle = ink.accent;
  for (const box of boxes) {
    const wide = Math.max(box.w, 3);
    const x = box.x + box.w / 2 - wide / 2;
    context.strokeRect(x - 1, box.y - 1, wide + 2, box.h + 2);
  }
  if (!cell) return;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(cell.x + cell.w, cell.y + cell.h / 2);
  context.lineTo(slit.x + slit.w / 2, slit.y - 1);
  context.stroke();
}
