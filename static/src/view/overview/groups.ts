/** Columns that make way together: moved as one, they cost the browser as much as one. */
import type { Column } from '../../core/layout';
import { isVisible, type DrawnColumn, type View } from '../../draw/scene';

/** Columns that go the same way while a room opens or closes. */
export interface Group {
  /** One of them. */
  id: string;
  columns: Column[];
  drawn: DrawnColumn[];
}

/**
 * The columns that are seen before or after a move.
 * @param viewsOf how a column is seen before and after
 * @param paint what is drawn of it on a canvas: nothing, or its maps
 */
export function groupsOf(
  columns: readonly Column[],
  viewsOf: (id: string) => readonly View[],
  paint: (column: Column) => readonly DrawnColumn[],
): Group[] {
  const groups = new Map<string, Group>();
  for (const column of columns) {
    const views = viewsOf(column.id);
    if (!views.some((view) => isVisible(column, view))) continue;
    const drawn = paint(column);
    if (drawn.length === 0) continue;
    const way = views.map(({ k, x, y }) => [k, x, y].join()).join(' ');
    const group = groups.get(way) ?? { id: column.id, columns: [], drawn: [] };
    group.columns.push(column);
    group.drawn.push(...drawn);
    groups.set(way, group);
  }
  return [...groups.values()];
}
