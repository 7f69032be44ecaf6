import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ACTIVATIONS,
  activationOf,
  flatShare,
  type Activation,
  type Settings,
} from './activations';
import { erf } from './erf';

interface Golden {
  name: string;
  settings: Settings;
  x: number[];
  value: number[];
  slope: number[];
}

const path = new URL('../../../tests/golden/activations.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden[];
const made = (name: string, settings?: Settings) => activationOf(name, settings) as Activation;
const titled = golden.map((entry) => ({ ...entry, title: JSON.stringify(entry.settings) }));

describe('an activation', () => {
  it.each(titled)('$name $title has torch’s values and slopes, at kinks too', (entry) => {
    const { value, slope } = made(entry.name, entry.settings);
    entry.x.forEach((x, i) => {
      expect(value(x)).toBeCloseTo(entry.value[i] as number, 9);
      // Torch's slope of hardsigmoid is the float32 nearest to 1/6.
      expect(slope(x)).toBeCloseTo(entry.slope[i] as number, 7);
    });
  });

  it('is compared with torch for every name of the table', () => {
    expect(new Set(golden.map(({ name }) => name))).toEqual(new Set(ACTIVATIONS));
  });

  it('has the slopes that a textbook names', () => {
    expect(made('sigmoid').slope(0)).toBe(0.25);
    expect(made('sigmoid').slope(6)).toBeCloseTo(0.00247, 5);
    expect(made('tanh').slope(0)).toBe(1);
    expect([-1, 1].map(made('relu').slope)).toEqual([0, 1]);
  });

  it.each(ACTIVATIONS)('%s stays a number far outside', (name) => {
    for (const x of [-1000, 1000]) {
      expect(made(name).value(x)).not.toBeNaN();
      expect(made(name).slope(x)).not.toBeNaN();
    }
  });

  it.each(['', 'toString', 'swish'])('of the name "%s" does not exist', (name) => {
    expect(activationOf(name)).toBe(null);
  });
});

describe('flatShare', () => {
  it('of ReLU is the share of inputs that are not positive', () => {
    expect(flatShare(made('relu'), [-2, -1, 0, 1])).toBe(0.75);
    expect(flatShare(made('relu'), [])).toBe(0);
  });

  it('of a sigmoid counts both ends', () => {
    // The slope falls below 0.01 where |x| > 4.585.
    expect(flatShare(made('sigmoid'), [-5, -4.5, 0, 4.5, 5])).toBe(0.4);
  });

  it('of leaky ReLU with a slope of 0.01 is 0', () => {
    expect(flatShare(made('leaky_relu'), [-3, 2])).toBe(0);
  });
});

describe('erf', () => {
  // Abramowitz and Stegun, table 7.1.
  it.each([
    [0, 0],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [2, 0.995322265],
    [-1, -0.8427007929],
  ])('of %f is %f', (x, wanted) => {
    expect(erf(x)).toBeCloseTo(wanted, 10);
  });
});
