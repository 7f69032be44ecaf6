import { describe, expect, it } from 'vitest';
import { cellAt, clampPan, fitPan, LARGEST_CELL_PX, showCell, steppedCell, zoomPan } from './pan';

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
