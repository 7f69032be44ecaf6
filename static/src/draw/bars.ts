/** A histogram over an axis: filled bins or their outline. */
import { placeOf, type Axis } from '../core/axis';
import type { Histogram } from '../core/histogram';
import type { Box } from '../core/layout';

export interface BarsOptions {
  box: Box;
  axis: Axis;
  /** The share that reaches the top. */
  peak: number;
  colour: string;
  alpha: number;
  /** Drawn as a line around the bins instead of filled bins. */
  isOutline: boolean;
}

export function drawBars(
  context: CanvasRenderingContext2D,
  { shares, range }: Histogram,
  { box, axis, peak, colour, alpha, isOutline }: BarsOptions,
): void {
  if (peak <= 0) return;
  const [lo, hi] = range;
  const edge = (bin: number) =>
    box.x + placeOf(axis, lo + ((hi - lo) * bin) / shares.length) * box.w;
  const floor = box.y + box.h;
  context.globalAlpha = alpha;
  context.beginPath();
  context.moveTo(edge(0), floor);
  shares.forEach((share, bin) => {
    const top = floor - (share / peak) * box.h;
    context.lineTo(edge(bin), top);
    context.lineTo(edge(bin + 1), top);
  });
  context.lineTo(edge(shares.length), floor);
  if (isOutline) {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.stroke();
  } else {
    context.fillStyle = colour;
    context.fill();
  }
  context.globalAlpha = 1;
}
