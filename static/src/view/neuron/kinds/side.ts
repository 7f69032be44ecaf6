/** How large maps beside each other are drawn in a room. */
import type { KindProps } from '../kind';

/** The side of each of `count` maps that stand beside a chart, or on their own in a narrow room. */
export function sideOf({ width, height }: Pick<KindProps, 'width' | 'height'>, count = 2): number {
  const room = width < 560 ? (width - 24) / count : width / (count + 2);
  return Math.round(Math.max(96, Math.min(room, height * 0.5, 240)));
}
