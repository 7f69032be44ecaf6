import { describe, expect, it } from 'vitest';
import { Rows } from './rows';

describe('rows', () => {
  it('keep every number beyond any capacity', () => {
    const rows = new Rows(['step', 'loss']);
    for (let step = 1; step <= 5000; step++) rows.push({ step, loss: 1 / step });
    const { step, loss } = rows.view();
    expect([rows.length, step.length, loss.length]).toEqual([5000, 5000, 5000]);
    expect([step[0], step[4999], loss[1023], loss[1024]]).toEqual([1, 5000, 1 / 1024, 1 / 1025]);
  });

  it('say NaN for what was not a number', () => {
    const rows = new Rows(['loss']);
    rows.push({ loss: null });
    expect(rows.view().loss).toEqual(Float64Array.of(NaN));
  });

  it('take whole columns like so many rows', () => {
    const rows = new Rows(['step']);
    rows.push({ step: 1 });
    rows.append({ step: Float64Array.from({ length: 3000 }, (_, i) => i + 2) }, 2999);
    expect(rows.length).toBe(3000);
    expect(rows.view().step.at(-1)).toBe(3000);
  });

  it('begin with whole columns without a copy, and grow without changing them', () => {
    const rows = new Rows(['step']);
    const given = Float64Array.from({ length: 3000 }, (_, i) => i + 1);
    rows.append({ step: given }, 3000);
    expect(rows.view().step.buffer).toBe(given.buffer);
    rows.push({ step: 3001 });
    expect([rows.length, rows.view().step.at(-1), given.length]).toEqual([3001, 3001, 3000]);
  });

  it('lose every second one when halved, the first stays', () => {
    const rows = new Rows(['step']);
    for (let step = 1; step <= 5; step++) rows.push({ step });
    const before = rows.view();
    rows.halve();
    expect([...rows.view().step]).toEqual([1, 3, 5]);
    expect([...before.step]).toEqual([1, 2, 3, 4, 5]);
  });

  it('do not change a view that was taken', () => {
    const rows = new Rows(['step']);
    rows.push({ step: 1 });
    const before = rows.view();
    rows.push({ step: 2 });
    expect([...before.step]).toEqual([1]);
    expect([...rows.view().step]).toEqual([1, 2]);
  });
});
