import { describe, expect, it } from 'vitest';
import { makeOption } from '../../tests/training';
import { completed, differing, isOver, RUN_STATES, stepOf, type RunEvent } from './run';

const TABLE = [
  makeOption({ name: 'lr', default: 0.003 }),
  makeOption({ name: 'data', kind: 'text', default: 'digits' }),
  makeOption({ name: 'layers', kind: 'list', default: null }),
];

describe('options', () => {
  it('that differ from their defaults are all that is asked for', () => {
    expect(differing(TABLE, { lr: 0.1, data: 'digits', layers: null })).toEqual({ lr: 0.1 });
    expect(differing(TABLE, { layers: [{ kind: 'flatten' }] })).toEqual({
      layers: [{ kind: 'flatten' }],
    });
  });

  it('that are unknown are left out', () => {
    expect(differing(TABLE, { lr: 0.003, nonsense: 1 })).toEqual({});
    expect(completed(TABLE, { nonsense: 1 })).toEqual({ lr: 0.003, data: 'digits', layers: null });
  });

  it('survive being asked for and completed again', () => {
    const whole = completed(TABLE, { lr: 1, data: 'shapes' });
    expect(completed(TABLE, differing(TABLE, whole))).toEqual(whole);
  });
});

describe('a run', () => {
  it('is over in four of its states', () => {
    expect(RUN_STATES.filter(isOver)).toEqual(['finished', 'stopped', 'interrupted', 'failed']);
  });
});

describe('stepOf', () => {
  const point = (step: number) => ({ step, epoch: 0, loss: 1, accuracy: 0, lr: 1 });

  it('is the last step of a batch, and the step of what happens once', () => {
    const batch: RunEvent = { seq: 1, type: 'points', points: [point(3), point(4)] };
    expect(stepOf(batch)).toBe(4);
    expect(stepOf({ seq: 2, type: 'layers', rows: [] })).toBe(0);
    expect(stepOf({ seq: 3, type: 'saved', step: 9 })).toBe(9);
  });
});
