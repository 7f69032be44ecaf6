/** Features in two dimensions: axes that keep still, marks of classes, the nearest point. */
import { roundStep } from './axis';
import { overlayColour } from './runColours';

export type XY = readonly [x: number, y: number];

export const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'cross'] as const;
export type Shape = (typeof SHAPES)[number];

export interface ClassMark {
  /** A CSS colour. */
  colour: string;
  shape: Shape;
}

const COLOURS = 7;

/** Colour and shape of a class: 35 classes differ, neighbours in both. */
export function classMark(label: number): ClassMark {
  const colour = label % COLOURS;
  return {
    colour: colour === 0 ? 'var(--accent)' : overlayColour(colour - 1),
    shape: SHAPES[label % SHAPES.length] as Shape,
  };
}

/** Half the side of a square about the origin that holds all points: a round number. */
export function reach(points: readonly XY[]): number {
  let most = 0;
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) most = Math.max(most, Math.abs(x), Math.abs(y));
  }
  if (most === 0) return 1;
  const step = roundStep(most, 5);
  return Number((Math.ceil(most / step - 1e-9) * step).toPrecision(12));
}

/** Index of the point that is nearest to a place, not further than a distance; -1 without. */
export function nearestPoint(points: readonly XY[], [x, y]: XY, within = Infinity): number {
  let [best, least] = [-1, within * within];
  points.forEach(([px, py], index) => {
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (distance <= least) [best, least] = [index, distance];
  });
  return best;
}

const DIRECTIONS: Readonly<Record<string, XY>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/**
 * The point that an arrow leads to: the nearest one on that side, where what lies aside counts
 * twice; the same one at the edge, null for other keys.
 */
export function movedPoint(key: string, points: readonly XY[], index: number): number | null {
  const direction = DIRECTIONS[key];
  if (!direction || points.length === 0) return null;
  const from = points[index];
  if (!from) return 0;
  let [best, least] = [index, Infinity];
  points.forEach(([x, y], each) => {
    const [dx, dy] = [x - from[0], y - from[1]];
    const along = dx * direction[0] + dy * direction[1];
    const aside = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
    const cost = along + 2 * aside;
    if (along > 0 && aside <= 2 * along && cost < least) [best, least] = [each, cost];
  });
  return best;
}
