import { describe, expect, it } from 'vitest';
import {
  channelsOf,
  isRackable,
  meanDrift,
  movedRackCell,
  rackCounts,
  rackIndex,
  rackOf,
  rackRange,
  rackValues,
} from './rack';
import type { Tensor } from './wire';

const tensor = (values: readonly number[]): Tensor => ({
  dtype: 'F32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const start = { down: 0, across: 0, row: 0, column: 0 };

describe('a rack of kernels', () => {
  it('takes weights of convolutions and dense layers, no biases', () => {
    expect([[8, 1, 3, 3], [10, 5], [8]].map(isRackable)).toEqual([true, true, false]);
  });

  it('has a line for each output and a tile for each input', () => {
    const rack = rackOf([16, 8, 3, 3], true);
    expect([rack.down, rack.across, rack.rows, rack.columns]).toEqual([16, 8, 3, 3]);
    // Output 2, input 5, row 1, column 2 of (16, 8, 3, 3).
    expect(rackIndex(rack, { down: 2, across: 5, row: 1, column: 2 })).toBe(2 * 72 + 5 * 9 + 5);
  });

  it('lets single kernels wrap, and has none where there is no output', () => {
    const rack = rackOf([20, 1, 3, 3], true);
    expect([rack.down, rack.across]).toEqual([2, 16]);
    expect(channelsOf(rack, 1, 3)).toEqual([19, 0]);
    expect(channelsOf(rack, 1, 4)).toBeNull();
  });

  it('shows three input channels as one colour picture where that is wanted', () => {
    expect(rackOf([10, 3, 5, 5], true)).toMatchObject({ isColour: true, down: 1, across: 10 });
    expect(rackOf([10, 3, 5, 5], false)).toMatchObject({ isColour: false, down: 10, across: 3 });
    expect(rackIndex(rackOf([10, 3, 5, 5], true), { ...start, across: 4 })).toBe(4 * 75);
  });

  it('says how much of a large layer it shows', () => {
    expect(rackCounts(rackOf([128, 64, 3, 3], true))).toEqual({
      outputs: [64, 128],
      inputs: [16, 64],
    });
    expect(rackCounts(rackOf([10, 392], true))).toEqual({ outputs: [10, 10], inputs: [256, 392] });
    expect(rackCounts(rackOf([20, 1, 3, 3], true))).toEqual({ outputs: [20, 20], inputs: [1, 1] });
  });

  it('has a row for each unit of a dense layer', () => {
    const rack = rackOf([10, 392], true);
    expect(rackIndex(rack, { ...start, row: 3, column: 7 })).toBe(3 * 392 + 7);
  });

  it('shows now, before, and now less before', () => {
    const [now, before] = [tensor([1, -2]), tensor([0.5, 1])];
    const shown = (['now', 'before', 'difference'] as const).map((mode) => [
      ...Array.from(rackValues(now, before, mode) ?? []),
    ]);
    expect(shown).toEqual([
      [1, -2],
      [0.5, 1],
      [0.5, -3],
    ]);
    expect(rackValues(now, undefined, 'difference')).toBeNull();
  });

  it('says how far weights moved on average, whatever their direction', () => {
    const [now, before] = [tensor([1, -2]), tensor([0.5, 1])];
    expect(meanDrift(now, before)).toBe((0.5 + 3) / 2);
    expect(meanDrift(before, before)).toBe(0);
    expect(meanDrift(now, undefined)).toBeNull();
  });

  it('colours now and before by the same numbers', () => {
    expect(rackRange([1, -2], [0.5, 7], 'now')).toEqual([-7, 7]);
    expect(rackRange([0.5, 7], [1, -2], 'before')).toEqual([-7, 7]);
    expect(rackRange([0.5, -3], null, 'difference')).toEqual([-3, 3]);
  });

  it('is walked cell by cell, over the gaps between tiles', () => {
    const rack = rackOf([16, 8, 3, 3], true);
    const at = { ...start, column: 2 };
    expect(movedRackCell('ArrowRight', at, rack)).toEqual({ ...start, across: 1 });
    expect(movedRackCell('ArrowUp', at, rack)).toEqual(at);
    expect(movedRackCell('ArrowDown', { ...at, row: 2 }, rack)).toEqual({ ...at, down: 1 });
    expect(movedRackCell('Enter', at, rack)).toBeNull();
  });

  it('is not walked to where there is no kernel', () => {
    const rack = rackOf([17, 1, 1, 1], true);
    const at = { ...start, down: 1 };
    expect(movedRackCell('ArrowRight', at, rack)).toEqual(at);
  });
});
