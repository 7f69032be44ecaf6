/** Points in the plane, each with the colour and the shape of its class. */
import type { Shape, XY } from '../core/scatter';

export interface ScatterData {
  points: readonly XY[];
  /** Of each point: a colour as a canvas takes it. */
  marks: readonly { colour: string; shape: Shape }[];
  /** The point that is pointed at; -1 for none. */
  chosen: number;
}

export interface ScatterOptions {
  /** Side of the square in CSS pixels. */
  side: number;
  ratio: number;
  /** Half the side in the units of the points. */
  reach: number;
  line: string;
  ink: string;
}

const SIZE_PX = 3.2;
const PAD_PX = 8;

/** Where a point lies on the square, in CSS pixels. */
export function scatterPlace([x, y]: XY, { side, reach }: { side: number; reach: number }): XY {
  const half = side / 2;
  const scale = (half - PAD_PX) / reach;
  return [half + x * scale, half - y * scale];
}

export function drawScatter(
  context: CanvasRenderingContext2D,
  { points, marks, chosen }: ScatterData,
  options: ScatterOptions,
): void {
  const { side, ratio, line, ink } = options;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, side, side);
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.beginPath();
  const middle = Math.round(side / 2) + 0.5;
  context.moveTo(0, middle);
  context.lineTo(side, middle);
  context.moveTo(middle, 0);
  context.lineTo(middle, side);
  context.stroke();
  points.forEach((point, index) => {
    const mark = marks[index];
    if (mark) drawMark(context, scatterPlace(point, options), mark, SIZE_PX);
  });
  const point = points[chosen];
  const mark = marks[chosen];
  if (!point || !mark) return;
  const [x, y] = scatterPlace(point, options);
  drawMark(context, [x, y], mark, 1.6 * SIZE_PX);
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y, 2.6 * SIZE_PX, 0, 2 * Math.PI);
  context.stroke();
}

const CORNERS: Readonly<Record<Exclude<Shape, 'circle' | 'cross'>, readonly XY[]>> = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  triangle: [
    [0, -1.2],
    [1.1, 0.8],
    [-1.1, 0.8],
  ],
  diamond: [
    [0, -1.3],
    [1, 0],
    [0, 1.3],
    [-1, 0],
  ],
};

function drawMark(
  context: CanvasRenderingContext2D,
  [x, y]: XY,
  { colour, shape }: { colour: string; shape: Shape },
  size: number,
): void {
  context.beginPath();
  if (shape === 'cross') {
    context.strokeStyle = colour;
    context.lineWidth = size / 2;
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x - size, y + size);
    context.lineTo(x + size, y - size);
    context.stroke();
    return;
  }
  context.fillStyle = colour;
  if (shape === 'circle') context.arc(x, y, size, 0, 2 * Math.PI);
  else for (const [dx, dy] of CORNERS[shape]) context.lineTo(x + dx * size, y + dy * size);
  context.fill();
}
