import { describe, expect, it } from 'vitest';
import { indexAt, nearestIndex, seriesOf } from './series';

describe('places on a curve', () => {
  it.each([
    [0.5, -1],
    [1, 0],
    [2.9, 0],
    [3, 1],
    [100, 2],
  ])('at %f the last point is %i', (value, index) => {
    expect(indexAt([1, 3, 7], value)).toBe(index);
  });

  it.each([
    [-5, 0],
    [1.9, 0],
    [2, 0],
    [2.1, 1],
    [5.1, 2],
    [100, 2],
  ])('the nearest point to %f is %i', (value, index) => {
    expect(nearestIndex([1, 3, 7], value)).toBe(index);
  });

  it('there is none without points', () => {
    expect(nearestIndex([], 3)).toBe(-1);
  });
});

describe('the series of a run', () => {
  const points = {
    step: Float64Array.of(1, 2),
    epoch: Float64Array.of(0.5, 1),
    loss: Float64Array.of(2, 1),
    accuracy: Float64Array.of(0.3, 0.6),
    lr: Float64Array.of(0.1, 0.1),
  };
  const at = (step: number, part: 'validation' | 'test') => ({
    step,
    part,
    loss: 3,
    accuracy: null,
  });
  const run = {
    id: '1',
    name: 'one',
    colour: 'red',
    dash: 0,
    points,
    evaluations: [at(1, 'validation'), at(2, 'test')],
  };

  it('has the evaluations of the validation part as dots, never those of the sealed test', () => {
    expect(seriesOf(run, 'loss').dots).toEqual([{ x: 1, y: 3 }]);
    expect(seriesOf(run, 'accuracy').dots).toEqual([{ x: 1, y: NaN }]);
    expect(seriesOf(run, 'lr').dots).toEqual([]);
  });

  it('shares the recorded columns', () => {
    expect(seriesOf(run, 'lr')).toMatchObject({
      x: points.step,
      y: points.lr,
      epoch: points.epoch,
    });
  });
});
