/** A drawing as the list of marks that made it, so that undoing is leaving one out. */

/** Coordinates are shares of the pad's side, 0 to 1. */
export interface Point {
  x: number;
  y: number;
}

export interface Line {
  kind: 'line';
  colour: string;
  /** Share of the pad's side. */
  width: number;
  points: readonly Point[];
}

/** Colours the area of one colour around a point. */
export interface Fill {
  kind: 'fill';
  colour: string;
  at: Point;
}

export type Mark = Line | Fill;

/** A digit of MNIST is 20 of 28 pixels high and its lines are 2 to 3 wide. */
export const BRUSHES = { thin: 0.03, medium: 0.06, thick: 0.09 } as const;
export type Brush = keyof typeof BRUSHES;

/** The last line with one more point; a fill takes none. */
export function extended(marks: readonly Mark[], point: Point): readonly Mark[] {
  const last = marks.at(-1);
  if (last?.kind !== 'line') return marks;
  return [...marks.slice(0, -1), { ...last, points: [...last.points, point] }];
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Where a key moves the pen, at most to the edge; null for keys that do not move it. */
export function movedPoint(key: string, point: Point, step: number): Point | null {
  const by = ARROWS[key];
  return by ? { x: clamp(point.x + by[0] * step), y: clamp(point.y + by[1] * step) } : null;
}
