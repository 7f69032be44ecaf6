import { describe, expect, it } from 'vitest';
import type { Column } from '../../core/layout';
import type { DrawnColumn, View } from '../../draw/scene';
import { groupsOf } from './groups';

const column = (id: string, x: number) => ({ id, x, y: 0, w: 10, h: 10 }) as Column;
const drawn = (id: string) => ({ id }) as unknown as DrawnColumn;
const view = (x: number): View => ({ k: 1, x, y: 0, width: 100, height: 100, ratio: 1 });
/** How far each column stands from its place before and after a move. */
const ways =
  (of: Record<string, readonly [number, number]>) =>
  (id: string): View[] =>
    (of[id] ?? []).map(view);
const paint = ({ id }: Column) => (id === 'bare' ? [] : [drawn(id)]);

describe('columns that make way', () => {
  it('go together where they go the same way', () => {
    const columns = [column('a', 0), column('b', 20), column('c', 40), column('d', 60)];
    const groups = groupsOf(columns, ways({ a: [0, 0], b: [0, 0], c: [0, 30], d: [0, 30] }), paint);
    expect(groups.map(({ id, columns }) => [id, columns.map((each) => each.id)])).toEqual([
      ['a', ['a', 'b']],
      ['c', ['c', 'd']],
    ]);
    expect(groups[1]?.drawn).toEqual([drawn('c'), drawn('d')]);
  });

  it('are those that are seen before or after, and have maps', () => {
    const columns = [column('comes', 0), column('goes', 0), column('never', 0), column('bare', 0)];
    const groups = groupsOf(
      columns,
      ways({ comes: [200, 0], goes: [0, 200], never: [200, 300], bare: [0, 0] }),
      paint,
    );
    expect(groups.map(({ id }) => id)).toEqual(['comes', 'goes']);
  });
});
