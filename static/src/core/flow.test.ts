import { describe, expect, it } from 'vitest';
import { barShare, flowAxis, flowRows, flowValues, judge, ratioOf } from './flow';

const layers = {
  names: ['a', 'b'],
  step: Float64Array.of(1, 2),
  gradient: [Float64Array.of(0.1, 0.2), Float64Array.of(0, 5)],
  weight: [Float64Array.of(2, 4), Float64Array.of(0, 10)],
  update: [Float64Array.of(0.002, 0.008), Float64Array.of(0, 5)],
};

describe('the flow of gradients', () => {
  it('has the share that an update moves of its weights', () => {
    expect(ratioOf(0.002, 2)).toBe(0.001);
    expect(ratioOf(1, 0)).toBeNaN();
    expect(flowValues(layers, 'ratio').map((each) => [...each])).toEqual([
      [0.001, 0.002],
      [NaN, 0.5],
    ]);
  });

  it('has the rows of the step at the cursor, of the last one without', () => {
    expect(flowRows(layers, 1)?.rows[0]?.values).toEqual({
      gradient: 0.1,
      weight: 2,
      update: 0.002,
      ratio: 0.001,
    });
    expect(flowRows(layers, null)?.step).toBe(2);
    expect(flowRows({ ...layers, step: new Float64Array(0) }, null)).toBeNull();
  });

  it('has axes that hold all layers, and the healthy band', () => {
    expect(flowAxis(layers, 'gradient')).toEqual({ lo: 0.1, hi: 10, isLog: true });
    const { lo, hi } = flowAxis(layers, 'ratio');
    expect(lo).toBeCloseTo(1e-4, 12);
    expect(hi).toBeCloseTo(1, 12);
  });

  it.each([
    [1, 1],
    [0.1, 0.5],
    [0.01, 0],
    [1e-9, 0],
    [0, 0],
    [NaN, 0],
    [Infinity, 0],
  ])('draws %f as a bar of %f', (value, share) => {
    expect(barShare({ lo: 0.01, hi: 1, isLog: true }, value)).toBeCloseTo(share, 12);
  });

  it.each([
    [1e-3, 'healthy'],
    [1e-4, 'healthy'],
    [1e-6, 'low'],
    [0.5, 'high'],
    [0, 'none'],
    [NaN, 'none'],
  ])('calls an update of %f %s', (ratio, word) => {
    expect(judge(ratio)).toBe(word);
  });
});
