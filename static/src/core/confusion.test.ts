import { describe, expect, it } from 'vitest';
import {
  classScores,
  confusionRange,
  confusionValues,
  movedCell,
  picturesOf,
  shownClasses,
} from './confusion';

const matrix = [
  [8, 2, 0],
  [1, 3, 0],
  [0, 0, 0],
];

describe('the confusion matrix', () => {
  it('has recall along rows and precision along columns', () => {
    const scores = classScores(matrix);
    expect(scores[0]).toEqual({ label: 0, count: 10, recall: 0.8, precision: 8 / 9 });
    expect(scores[1]).toEqual({ label: 1, count: 4, recall: 0.75, precision: 0.6 });
    expect([scores[2]?.recall, scores[2]?.precision]).toEqual([NaN, NaN]);
  });

  it('as shares has rows that sum to one, and none for a class without pictures', () => {
    expect(confusionValues(matrix, null, 'share')).toEqual([
      [0.8, 0.2, 0],
      [0.25, 0.75, 0],
      [NaN, NaN, NaN],
    ]);
    expect(confusionRange(confusionValues(matrix, null, 'share'), 'share')).toEqual([0, 1]);
  });

  it('as a change is what it is now less what it was', () => {
    const before = [
      [5, 5, 0],
      [0, 4, 0],
      [0, 0, 0],
    ];
    const values = confusionValues(matrix, before, 'change');
    expect(values[0]).toEqual([3, -3, 0]);
    expect(confusionRange(values, 'change')).toEqual([-3, 3]);
    expect(confusionValues(matrix, null, 'change')[0]).toEqual([NaN, NaN, NaN]);
  });

  it('as counts goes to the largest of them', () => {
    expect(confusionRange(matrix, 'count')).toEqual([0, 8]);
    expect(confusionRange([[0]], 'count')).toEqual([0, 1]);
  });

  it('of many classes shows those with the most mistakes, in their order', () => {
    expect(shownClasses(matrix)).toEqual([0, 1, 2]);
    const many = [
      [9, 0, 0, 0],
      [0, 1, 0, 5],
      [0, 0, 9, 1],
      [0, 4, 0, 9],
    ];
    expect(shownClasses(many, 2)).toEqual([1, 3]);
  });

  it('has the pictures of each cell, and how many there are', () => {
    const old = {
      type: 'evaluation',
      step: 1,
      epoch: 1,
      part: 'validation',
      loss: 1,
      accuracy: 0.5,
      confusion: matrix,
      worst: [{ id: 7, label: 0, guess: 1, probability: 0.1, loss: 2.3 }],
      embedding: null,
      strip: [{ id: 4, label: 1, guess: 1, probability: 0.75 }],
    } as const;
    const wrong = [
      [7, 0, 1],
      [9, 1, 0],
      [8, 0, 1],
    ] as const;
    const evaluation = { ...old, wrong, right: [[4, 1, 1]] as const };
    expect(picturesOf(evaluation, [0, 1])).toEqual({
      guesses: [
        { id: 7, label: 0, guess: 1, probability: 0.1 },
        { id: 8, label: 0, guess: 1, probability: null },
      ],
      count: 2,
    });
    expect(picturesOf(evaluation, [1, 1])).toEqual({
      guesses: [{ id: 4, label: 1, guess: 1, probability: 0.75 }],
      count: 3,
    });
    expect(picturesOf(old, [0, 0])).toEqual({ guesses: [], count: 8 });
  });

  it.each([
    ['ArrowUp', [0, 1]],
    ['ArrowDown', [2, 1]],
    ['ArrowLeft', [1, 0]],
    ['ArrowRight', [1, 2]],
    ['Home', [1, 0]],
    ['End', [1, 2]],
    ['Enter', null],
  ])('is walked with %s', (key, cell) => {
    expect(movedCell(key, [1, 1], 3)).toEqual(cell);
  });

  it('is not left over its edges', () => {
    expect(movedCell('ArrowUp', [0, 0], 3)).toEqual([0, 0]);
    expect(movedCell('ArrowRight', [0, 2], 3)).toEqual([0, 2]);
  });
});
