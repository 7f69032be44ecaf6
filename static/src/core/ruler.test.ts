import { describe, expect, it } from 'vitest';
import { elementAt, layOutRuler, mapCellBox, slitBox } from './ruler';
import type { Box } from './layout';

const middle = ({ x, y, w, h }: Box): [number, number] => [x + w / 2, y + h / 2];

describe('the ruler', () => {
  const layout = layOutRuler([16, 7, 7], { first: 2, shown: 4 }, 500);

  it('finds each shown element again on its map, among the values and among the weights', () => {
    for (let index = 2 * 49; index < 6 * 49; index += 5) {
      const boxes = [
        mapCellBox(layout, index) as Box,
        slitBox(layout, index, 'value'),
        slitBox(layout, index, 'weight'),
      ];
      for (const box of boxes) expect(elementAt(layout, ...middle(box))).toBe(index);
    }
  });

  it('has nothing between a map and its bar, beside it, and below the last row', () => {
    expect(elementAt(layout, 78, 20)).toBe(null);
    expect(elementAt(layout, 499, 20)).toBe(null);
    expect(elementAt(layout, 200, 4 * layout.row + 1)).toBe(null);
  });

  it('of single numbers has no maps, and ends with the last of them', () => {
    const line = layOutRuler([40, 1, 1], { first: 0, shown: 2 }, 500);
    expect(mapCellBox(line, 3)).toBe(null);
    expect(elementAt(line, ...middle(slitBox(line, 39, 'value')))).toBe(39);
    const beyond = slitBox(line, 39, 'value');
    expect(elementAt(line, beyond.x + 1.5 * beyond.w, beyond.y + 1)).toBe(null);
  });
});
