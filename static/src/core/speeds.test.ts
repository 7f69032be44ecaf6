import { describe, expect, it } from 'vitest';
import { SPEEDS, speedPlace } from './speeds';

describe('the speeds', () => {
  it('begin at one phase a second and end without a limit', () => {
    expect(SPEEDS[0] * 4).toBe(1);
    expect(SPEEDS.at(-1)).toBe(0);
    const limited = SPEEDS.slice(0, -1);
    expect([...limited].sort((a, b) => a - b)).toEqual(limited);
  });

  it('are found again, and others at the nearest one', () => {
    expect(SPEEDS.map(speedPlace)).toEqual(SPEEDS.map((_, place) => place));
    expect(SPEEDS[speedPlace(28)]).toBe(30);
    expect(SPEEDS[speedPlace(10_000)]).toBe(1000);
    expect(SPEEDS[speedPlace(0.05)]).toBe(0.25);
  });
});
