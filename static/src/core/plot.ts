/** A drawing of functions on axes: where a value lies in pixels, and lines as SVG paths. */
import { placeOf, valueAt, type Axis } from './axis';
import type { Box } from './layout';

export type Point = readonly [x: number, y: number];

/** One curve of a plot. */
export interface PlotLine {
  id: string;
  points: readonly Point[];
  /** A CSS colour, also `var(--…)`. */
  colour: string;
  /** An SVG dash pattern; solid without one. */
  dash?: string;
}

/** From values to CSS pixels of the drawing, and back along x. */
export interface PlotScale {
  box: Box;
  x: (value: number) => number;
  y: (value: number) => number;
  xAt: (px: number) => number;
}

/** Room for the names of the values at the left and at the foot. */
const MARGIN = { left: 40, top: 8, right: 12, bottom: 22 } as const;

export function plotScale(width: number, height: number, x: Axis, y: Axis): PlotScale {
  const { left, top, right, bottom } = MARGIN;
  const box = { x: left, y: top, w: width - left - right, h: height - top - bottom };
  return {
    box,
    x: (value) => box.x + placeOf(x, value) * box.w,
    y: (value) => box.y + (1 - placeOf(y, value)) * box.h,
    xAt: (px) => valueAt(x, Math.min(1, Math.max(0, (px - box.x) / box.w))),
  };
}

/** A function at evenly spaced places of an axis, both ends included. */
export function sampled(f: (x: number) => number, axis: Axis, count = 121): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const x = valueAt(axis, i / (count - 1));
    return [x, f(x)] as const;
  });
}

/** Far outside of a plot nothing is seen, and numbers that large are not drawn reliably. */
const FAR_PX = 4000;

/** A path through the points; what is no finite number breaks it. */
export function pathThrough(points: readonly Point[], { x, y }: PlotScale): string {
  let isBroken = true;
  const parts: string[] = [];
  for (const [px, py] of points.map(([vx, vy]) => [x(vx), y(vy)] as const)) {
    if (Number.isFinite(px) && Number.isFinite(py)) {
      const near = Math.min(FAR_PX, Math.max(-FAR_PX, py));
      parts.push(`${isBroken ? 'M' : 'L'}${px.toFixed(1)} ${near.toFixed(1)}`);
    }
    isBroken = !Number.isFinite(py);
  }
  return parts.join('');
}
