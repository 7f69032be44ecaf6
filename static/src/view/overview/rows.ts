/** Which rows of a column of numbers are worth elements of their own. */
import type { CellBox } from '../../core/layout';
import { isVisible, type View } from '../../draw/scene';

/** Lower rows hold no readable text. */
const LOWEST_PX = 12;

/** The rows that are in view and tall enough to be read. */
export function visibleRows(cells: readonly CellBox[], view: View): readonly CellBox[] {
  return cells.filter((cell) => cell.h * view.k >= LOWEST_PX && isVisible(cell, view));
}
