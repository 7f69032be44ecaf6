import { describe, expect, it } from 'vitest';
import { Pace } from './pace';

describe('the pace', () => {
  it('is the steps of late by their time', () => {
    const pace = new Pace();
    let rate = 0;
    for (let i = 0; i <= 100; i++) rate = pace.of(i * 3, i * 100);
    expect(rate).toBeCloseTo(30);
  });

  it('forgets how fast it was before', () => {
    const pace = new Pace();
    for (let i = 0; i <= 50; i++) pace.of(i * 100, i * 100);
    let rate = 0;
    for (let i = 1; i <= 50; i++) rate = pace.of(5000 + i, 5000 + i * 100);
    expect(rate).toBeCloseTo(10);
  });

  it('is not known from one step, and begins anew after a pause', () => {
    const pace = new Pace();
    expect(pace.of(0, 0)).toBe(0);
    pace.of(30, 1000);
    expect(pace.of(31, 60_000)).toBe(0);
    expect(pace.of(41, 61_000)).toBeCloseTo(10);
  });
});
