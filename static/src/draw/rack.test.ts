import { describe, expect, it } from 'vitest';
import { pixelsOf, Recorder } from '../../tests/canvas';
import { packRgb, valueColour } from '../core/colour';
import { rackOf } from '../core/rack';
import { cellAt, cellCorner, drawRack, rackSize } from './rack';

const size = { cell: 2, gap: 1 };
const options = { ...size, range: [-1, 1] as const, theme: 'light' as const };
const weight = (value: number) => valueColour('weight', value, [-1, 1], 'light');

describe('drawRack', () => {
  it('paints each weight as a square in the colours of weights, with paper between tiles', () => {
    const recorder = new Recorder();
    // Two inputs of one output, 1 by 1.
    drawRack(recorder.context, rackOf([1, 2, 1, 1], true), [-1, 0.5], options);
    const [a, b] = [weight(-1), weight(0.5)];
    expect([...pixelsOf(recorder)]).toEqual([a, a, 0, b, b, a, a, 0, b, b]);
  });

  it('paints three inputs as one colour, with zero in mid grey', () => {
    const recorder = new Recorder();
    drawRack(recorder.context, rackOf([1, 3, 1, 1], true), [1, 0, -1], { ...options, cell: 1 });
    expect([...pixelsOf(recorder)]).toEqual([packRgb([255, 127.5, 0])]);
  });

  it('finds the cell under a place that it draws it at, and none in the gaps', () => {
    const rack = rackOf([4, 2, 3, 3], true);
    for (const at of [
      { down: 0, across: 0, row: 0, column: 0 },
      { down: 3, across: 1, row: 2, column: 1 },
    ]) {
      const [left, top] = cellCorner(rack, at, size);
      expect(cellAt(rack, [left + 1, top + 1], size)).toEqual(at);
    }
    expect(cellAt(rack, [6, 0], size)).toBeNull();
    expect(cellAt(rack, [-1, 0], size)).toBeNull();
    expect(cellAt(rack, [0, 400], size)).toBeNull();
  });

  it('is as large as its tiles and the gaps between them', () => {
    expect(rackSize(rackOf([4, 2, 3, 3], true), size)).toEqual({ width: 13, height: 27 });
  });
});
