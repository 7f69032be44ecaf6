/** Where a bubble opens beside what it explains. */

const GAP_PX = 4;

/** Below the mark, or above where there is no room; inside the window either way. */
export function cornerOf(mark: HTMLElement, bubble: HTMLElement): { left: number; top: number } {
  const box = mark.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = bubble;
  const fitsBelow = box.bottom + GAP_PX + height <= innerHeight;
  return {
    left: Math.max(GAP_PX, Math.min(box.left, innerWidth - width - GAP_PX)),
    top: fitsBelow ? box.bottom + GAP_PX : Math.max(GAP_PX, box.top - GAP_PX - height),
  };
}
