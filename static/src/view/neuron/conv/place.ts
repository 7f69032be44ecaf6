/** Boxes of the world as CSS within the room's own element. */
import type { Box } from '../../../core/layout';
import type { RoomStage } from '../kind';

/** Style of an element that lies on a box. */
export function placed({ plan, transform }: RoomStage, box: Box): string {
  const { x = 0, y = 0 } = plan?.box ?? {};
  const [left, top, width, height] = [box.x - x, box.y - y, box.w, box.h].map(
    (part) => `${part * transform.k}px`,
  );
  return `position: absolute; left: ${left}; top: ${top}; width: ${width}; height: ${height}`;
}
