import { describe, expect, it } from 'vitest';
import type { CellArithmetic, Part, Term } from './arithmetic';
import { derivationOf, placed, productsOf } from './derivation';
import { numbersOf } from './formula';
import { askedOf, blankable } from './question';
import { judge } from './quiz';

const makeTerm = (value: number, weight: number | null, x = 0): Term => ({
  node: 'from',
  c: 0,
  y: 0,
  x,
  value,
  weight,
  product: weight === null ? value : value * weight,
  padded: false,
  at: [0, x],
});

const makePart = (name: string, value: number, terms: Term[] = []): Part => ({
  name,
  value,
  terms,
  c: null,
  count: terms.length,
});

const sumOf = (terms: readonly Term[]) => terms.reduce((sum, { product }) => sum + product, 0);

function makeCell(kind: string, value: number, parts: Part[], additive = false): CellArithmetic {
  const cell = { c: 0, y: 0, x: 0 };
  return {
    ...{ node: 'n', op: 'other', kind, cell, value, parts },
    ...{ winner: null, additive, scaled: null, reason: '' },
  };
}

const first = [makeTerm(0.5, 0.2, 0), makeTerm(-1, 0.3, 1)];
const second = [makeTerm(2, 0.4, 0), makeTerm(0, 0.9, 1)];
const conv = makeCell(
  'conv',
  sumOf([...first, ...second]) + 0.05,
  [
    makePart('channel', sumOf(first), first),
    makePart('channel', sumOf(second), second),
    makePart('bias', 0.05),
  ],
  true,
);
const pool = makeCell('max', 3, [
  makePart('window', 3, [makeTerm(1, null, 0), makeTerm(3, null, 1), makeTerm(2, null, 2)]),
]);
const norm = makeCell('norm', (0.5 - 0.1) / 2, [
  makePart('input', 0.5, [makeTerm(0.5, null)]),
  makePart('mean', 0.1),
  makePart('variance', 4),
  makePart('eps', 0),
  makePart('normalised', 0.2),
]);
const relu = makeCell('activation', 0, [
  makePart('input', -0.7, [makeTerm(-0.7, null)]),
  makePart('slope', 0),
  makePart('output', 0),
]);
const softmax = makeCell('softmax', 0.25, [
  makePart('input', 1, [makeTerm(1, null)]),
  makePart('maximum', 1, [makeTerm(1, null)]),
  makePart('exp', 1, [makeTerm(1, null)]),
  makePart('sum', 4, [makeTerm(1, null)]),
]);

/** The code of the slip that a wrong entry shows; "right" for a right one, null for no reason. */
function slip(cell: CellArithmetic, level: 'blank1' | 'ask', entry: number) {
  const asked = askedOf(cell, level, 0);
  if (!asked) return 'nothing asked';
  const verdict = judge(entry, asked.question);
  return verdict.isRight ? 'right' : (verdict.slip?.code ?? null);
}

describe('what is asked', () => {
  it('is nothing while everything is shown, or nothing is known', () => {
    expect(askedOf(conv, 'full', 0)).toBeNull();
    expect(askedOf(makeCell('other', 1, []), 'ask', 0)).toBeNull();
  });

  it('blanks one product, the weightiest first, never one with a zero', () => {
    expect(blankable(placed(conv.parts))).toEqual([2, 1, 0]);
    expect(askedOf(conv, 'blank1', 0)).toMatchObject({ term: 2, role: 'product' });
    expect(askedOf(conv, 'blank1', 1)).toMatchObject({ term: 1 });
    expect(askedOf(conv, 'blank1', 3)).toMatchObject({ term: 2 });
  });

  it('blanks the step before the last of norm and softmax', () => {
    expect(askedOf(norm, 'blank1', 0)).toMatchObject({ term: null, role: 'normalised' });
    expect(askedOf(softmax, 'blank1', 0)).toMatchObject({ term: null, role: 'exp' });
  });
});

describe('a wrong result', () => {
  it.each([
    [conv, 0.65, 'right'],
    [conv, 0.6, 'noBias'],
    [conv, -0.15, 'missing'],
    [conv, 1.05, 'oneSign'],
    [conv, 7.7, null],
    [pool, 3, 'right'],
    [pool, 6, 'addedUp'],
    [pool, 2, 'averaged'],
    [pool, 1, 'notLargest'],
    [relu, -0.7, 'unchanged'],
    [relu, 0.7, 'absolute'],
    [norm, 0.2, 'right'],
    [softmax, 0.25, 'right'],
    [softmax, 4, 'divided'],
  ])('of %j as %d is explained by %s', (cell, entry, code) => {
    expect(slip(cell, 'ask', entry)).toBe(code);
  });
});

describe('the formula', () => {
  it('holds every product of a channel and ends in its sum', () => {
    const [part] = placed(conv.parts);
    const numbers = part ? numbersOf(productsOf(part)) : [];
    expect(numbers.map(({ value }) => value)).toEqual([0.5, 0.2, -1, 0.3, part?.value]);
    expect(numbers.map(({ term }) => term)).toEqual([0, 0, 1, 1, null]);
  });

  it.each([conv, pool, norm, relu, softmax])('of $kind ends in the value', (cell) => {
    const numbers = numbersOf(derivationOf(cell, { function: 'relu' }));
    expect(numbers.at(-1)).toMatchObject({ value: cell.value, role: 'result' });
  });

  it('says of each number what it is', () => {
    const numbers = numbersOf(derivationOf(norm, {}));
    expect(numbers.map(({ role }) => role)).toEqual([
      ...['value', 'mean', 'variance', 'eps', 'result'],
    ]);
  });
});
