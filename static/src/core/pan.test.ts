import { describe, expect, it } from 'vitest';
import {
  cellAt,
  clampPan,
  Fingers,
  fitPan,
  followPan,
  LARGEST_CELL_PX,
  showCell,
  steppedCell,
  zoomPan,
  type Pan,
} from './pan';

const extent = { rows: 60, columns: 60, width: 300, height: 360 };

describe('the view of an opened map', () => {
  it('shows the whole map, centred, at first', () => {
    expect(fitPan(extent)).toEqual({ cell: 5, left: 0, top: 30 });
  });

  it('keeps the cell under the pointer where it is while zooming', () => {
    const before = fitPan(extent);
    const at = { x: 140, y: 170 };
    const after = zoomPan(before, 4, at, extent);
    expect(after.cell).toBe(20);
    expect(cellAt(after, at, extent)).toEqual(cellAt(before, at, extent));
  });

  it('never grows a cell beyond its largest size nor below the fitting one', () => {
    const fit = fitPan(extent);
    expect(zoomPan(fit, 1000, { x: 0, y: 0 }, extent).cell).toBe(LARGEST_CELL_PX);
    expect(zoomPan(fit, 0.001, { x: 0, y: 0 }, extent).cell).toBe(fit.cell);
  });

  it('leaves no gap beside a map that is larger than the view', () => {
    const pan = clampPan({ cell: 20, left: 50, top: -5000 }, extent);
    expect(pan).toEqual({ cell: 20, left: 0, top: 360 - 1200 });
  });

  it('keeps the cells under two fingers that pull apart under these fingers', () => {
    const before = [
      { x: 142, y: 172 },
      { x: 162, y: 172 },
    ];
    const after = [
      { x: 112, y: 182 },
      { x: 192, y: 182 },
    ];
    const fit = fitPan(extent);
    const pan = followPan(fit, before, after, extent);
    expect(pan.cell).toBe(4 * fit.cell);
    const cellsAt = (view: Pan, points: typeof before) =>
      points.map((p) => cellAt(view, p, extent));
    expect(cellsAt(pan, after)).toEqual(cellsAt(fit, before));
  });

  it('follows one finger without zooming', () => {
    const pan = { cell: 20, left: -200, top: -300 };
    expect(followPan(pan, [{ x: 50, y: 60 }], [{ x: 40, y: 90 }], extent)).toEqual({
      cell: 20,
      left: -210,
      top: -270,
    });
  });

  it('knows which fingers move and forgets those that are lifted', () => {
    const fingers = new Fingers();
    const [a, b, c] = [
      { x: 1, y: 1 },
      { x: 2, y: 2 },
      { x: 3, y: 3 },
    ];
    expect([fingers.press(7, a), fingers.press(8, b)]).toEqual([1, 2]);
    expect(fingers.move(8, c)).toEqual([
      [a, b],
      [a, c],
    ]);
    fingers.release(7);
    expect(fingers.move(8, b)).toEqual([[c], [b]]);
    expect(fingers.move(7, b)).toBeNull();
  });

  it('moves just far enough to show a cell', () => {
    const pan = showCell({ cell: 20, left: 0, top: 0 }, { y: 59, x: 20 }, extent);
    expect(pan).toEqual({ cell: 20, left: -120, top: 360 - 1200 });
    expect(cellAt(pan, { x: 299, y: 359 }, extent)).toEqual({ y: 59, x: 20 });
  });

  it('steps with the arrows and stops at the border', () => {
    expect(steppedCell('ArrowDown', { y: 3, x: 5 }, extent)).toEqual({ y: 4, x: 5 });
    expect(steppedCell('ArrowRight', { y: 3, x: 59 }, extent)).toEqual({ y: 3, x: 59 });
    expect(steppedCell('Enter', { y: 3, x: 5 }, extent)).toBeNull();
  });

  it('names no cell outside the map', () => {
    expect(cellAt(fitPan(extent), { x: 10, y: 10 }, extent)).toBeNull();
  });
});
