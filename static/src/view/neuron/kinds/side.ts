/** How large maps beside each other are drawn in a room. */
import type { KindProps } from '../kind';

/** Padding of a room, the gap between two maps, and the same with a sign in it. */
const [EDGE_PX, GAP_PX, SIGN_PX] = [24, 16, 52];
const [LEAST_PX, MOST_PX] = [88, 240];
/** From here on a chart stands between two maps. */
const WIDE_PX = 620;

/** The side of each of `count` maps that stand in a row. */
export function sideOf({ width, height }: Pick<KindProps, 'width' | 'height'>, count = 2): number {
  const gap = count > 2 ? SIGN_PX : GAP_PX;
  const parts = width < WIDE_PX || count > 2 ? count : 2 * count;
  const room = (width - EDGE_PX - gap * (parts - 1)) / parts;
  return Math.round(Math.max(LEAST_PX, Math.min(room, height * 0.5, MOST_PX)));
}
