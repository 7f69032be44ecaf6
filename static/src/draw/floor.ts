/** The floor of a chart: a line with the values of its axis. */
import { placeOf, ticksOf, type Axis } from '../core/axis';
import type { Box } from '../core/layout';
import type { ChartInk } from './chart';

/** Room that a value needs, CSS pixels. */
const TICK_PX = 56;

/** Drawn along the lower edge of a box, its values below it. */
export function drawFloor(
  context: CanvasRenderingContext2D,
  axis: Axis,
  box: Box,
  ink: Pick<ChartInk, 'line' | 'muted'>,
): void {
  const floor = Math.round(box.y + box.h) + 0.5;
  context.strokeStyle = ink.line;
  context.fillStyle = ink.muted;
  context.lineWidth = 1;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.beginPath();
  context.moveTo(box.x, floor);
  context.lineTo(box.x + box.w, floor);
  for (const { value, text } of ticksOf(axis, Math.max(2, Math.floor(box.w / TICK_PX)))) {
    const at = box.x + placeOf(axis, value) * box.w;
    context.moveTo(at, floor);
    context.lineTo(at, floor + 4);
    context.fillText(text, at, floor + 6);
  }
  context.stroke();
}
