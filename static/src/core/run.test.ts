import { describe, expect, it } from 'vitest';
import { makeOption } from '../../tests/training';
import {
  boundsOf,
  completed,
  differing,
  isOver,
  RUN_STATES,
  runTitle,
  stepOf,
  type RunEvent,
} from './run';

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

describe('the title of a run', () => {
  const options = { data: 'digits', net: 'tiny8', lr: 0.003 };

  it('is the name that a person gave it', () => {
    expect(runTitle({ id: '7', name: 'too fast', options })).toBe('too fast');
  });

  it.each(['', 'Run 7'])('is what it learns and with what, while it is called %j', (name) => {
    expect(runTitle({ id: '7', name, options })).toBe('7 · digits · tiny8 · 0.003');
    expect(runTitle({ id: '7', name, options: {} })).toBe('7');
  });
});

describe('the bounds of an option', () => {
  it('are whole for whole numbers, and those of a share where none are given', () => {
    const option = makeOption({ name: 'x', kind: 'integer', low: 0, high: 9, scale: 'log' });
    expect(boundsOf(option)).toEqual({
      kind: 'integer',
      low: 0,
      high: 9,
      step: null,
      scale: 'log',
    });
    const open = makeOption({ name: 'x', low: null, high: null, scale: null });
    expect(boundsOf(open)).toMatchObject({ kind: 'number', low: 0, high: 1, scale: 'lin' });
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
