import { describe, expect, it } from 'vitest';
import { eachFold, foldCount, foldOf, foldsOf, spreadOf } from './folds';

const run = (fold: number, more = {}) => ({
  options: { folds: 3, fold, name: `fold ${fold}`, lr: 0.1, ...more },
});

describe('the folds of a cross-validation', () => {
  it('are as many runs as parts, alike but for the one that validates', () => {
    expect(eachFold({ folds: 3, fold: 2, lr: 1 })).toEqual([
      { folds: 3, fold: 0, lr: 1 },
      { folds: 3, fold: 1, lr: 1 },
      { folds: 3, fold: 2, lr: 1 },
    ]);
    expect([eachFold({ folds: 0 }), eachFold({})]).toEqual([[], []]);
    expect([foldCount({ folds: 5 }), foldCount({ folds: 1 }), foldCount({})]).toEqual([5, 0, 0]);
  });

  it('are found among runs by what they share, in whatever order it was told', () => {
    const told = { options: { lr: 0.1, fold: 0, folds: 3 } };
    const other = [run(1, { lr: 0.2 }), run(1, { folds: 4 })];
    const found = foldsOf([run(2), ...other, told, run(1)]);
    expect(found.map(foldOf)).toEqual([0, 1, 2]);
    expect(found).toContain(told);
  });

  it('are none where the first run is no fold', () => {
    expect(foldsOf([{ options: { folds: 0 } }, run(1)])).toEqual([]);
    expect(foldsOf([])).toEqual([]);
  });
});

describe('the spread of their results', () => {
  it('is the mean and the deviation of a sample', () => {
    // By hand: mean 5, squares 9 1 1 1 0 0 4 16 = 32, 32 / 7.
    const { mean, deviation } = spreadOf([2, 4, 4, 4, 5, 5, 7, 9]) ?? {};
    expect(mean).toBe(5);
    expect(deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('has no deviation for one, and is none for none', () => {
    expect(spreadOf([0.5])).toEqual({ mean: 0.5, deviation: null });
    expect(spreadOf([])).toBeNull();
  });
});
