import { describe, expect, it } from 'vitest';
import {
  NOTCHES,
  parseNumber,
  placeOf,
  plainNumber,
  pressed,
  valueAt,
  type Bounds,
} from './slider';

const rate: Bounds = { kind: 'number', low: 1e-7, high: 10, step: null, scale: 'log' };
const clip: Bounds = { kind: 'number', low: 0, high: 1000, step: 1e-3, scale: 'log' };
const batch: Bounds = { kind: 'integer', low: 0, high: 100_000, step: null, scale: 'log' };
const share: Bounds = { kind: 'number', low: 0, high: 0.9, step: 0.01, scale: 'lin' };
const ALL = { rate, clip, batch, share };

describe('a slider', () => {
  it.each(Object.entries(ALL))('of %s goes from its lowest to its highest value', (_, bounds) => {
    expect([valueAt(0, bounds), valueAt(NOTCHES, bounds)]).toEqual([bounds.low, bounds.high]);
    expect([placeOf(bounds.low, bounds), placeOf(bounds.high, bounds)]).toEqual([0, NOTCHES]);
  });

  it.each(Object.entries(ALL))('of %s rises, and stays where it is put', (_, bounds) => {
    let before = -Infinity;
    for (let place = 0; place <= NOTCHES; place++) {
      const value = valueAt(place, bounds);
      expect(value).toBeGreaterThanOrEqual(before);
      expect(valueAt(placeOf(value, bounds), bounds)).toBeCloseTo(value, 12);
      before = value;
    }
  });

  it.each(Object.entries(ALL))(
    'of %s changes by every press, up to its end and back',
    (_, bounds) => {
      const walk = (from: number, way: 1 | -1, to: number) => {
        const path = [from];
        while (path.at(-1) !== to && path.length < 1000)
          path.push(pressed(path.at(-1) as number, way, bounds));
        return path;
      };
      const [up, down] = [walk(bounds.low, 1, bounds.high), walk(bounds.high, -1, bounds.low)];
      for (const path of [up, down.reverse()]) {
        expect([path[0], path.at(-1)]).toEqual([bounds.low, bounds.high]);
        expect(path.every((value, i) => i === 0 || value > (path[i - 1] as number))).toBe(true);
      }
      expect(pressed(bounds.high, 1, bounds)).toBe(bounds.high);
    },
  );

  it('in steps changes by one of them', () => {
    expect(pressed(0.3, 1, share)).toBeCloseTo(0.31, 12);
    expect(pressed(0.3, -1, share)).toBeCloseTo(0.29, 12);
  });

  it('by powers gives every power the same room', () => {
    const places = [1e-6, 1e-5, 1e-4].map((value) => placeOf(value, rate));
    expect(places).toEqual([125, 250, 375]);
  });

  it('by powers from 0 keeps 0 for its first place', () => {
    expect(valueAt(1, clip)).toBeCloseTo(1e-3, 4);
    expect(placeOf(1e-3, clip)).toBe(1);
    expect([valueAt(1, batch), placeOf(1, batch)]).toEqual([1, 1]);
  });
});

describe('a typed number', () => {
  it.each([
    ['0.01', 0.01],
    [' 1e-4 ', 1e-4],
    ['0,5', 0.5],
    ['11', null],
    ['0', null],
    ['\u22121', null],
    ['', null],
    ['fast', null],
  ])('%j is %s', (text, value) => {
    expect(parseNumber(text, rate)).toBe(value);
  });

  it('is whole where it has to be', () => {
    expect([parseNumber('32', batch), parseNumber('3.5', batch)]).toEqual([32, null]);
  });

  it('is read back as it was written', () => {
    for (const value of [0, 0.003, 1e-7, 2.5e-5, 10, 123456, 1e7, 0.15]) {
      expect(Number(plainNumber(value))).toBe(value);
    }
    expect(plainNumber(1e7)).toBe('1e7');
  });
});
