import { describe, expect, it } from 'vitest';
import { judge, printed, productQuestion, readEntry, sumQuestion } from './quiz';

const slip = (entry: number, question: Parameters<typeof judge>[1]) => {
  const verdict = judge(entry, question);
  return verdict.isRight ? 'right' : verdict.slip;
};

describe('readEntry', () => {
  it.each([
    ['−0.412', -0.412],
    [' -0,5 ', -0.5],
    ['.25', 0.25],
    ['1e-3', 0.001],
    ['12', 12],
  ])('takes %s for a number', (text, value) => {
    expect(readEntry(text)).toBe(value);
  });

  it.each(['', 'abc', '1.2.3', '--1', 'NaN'])('knows that %j is none', (text) => {
    expect(readEntry(text)).toBeNull();
  });
});

describe('printed', () => {
  it('is the number that a person reads', () => {
    expect(printed(-0.0312345)).toBe(-0.0312);
    expect(printed(1.23456e-7)).toBe(1.23e-7);
  });
});

describe('a product', () => {
  const question = productQuestion(0.2103, -0.0312, [{ term: 5, product: 0.42 }]);

  it('is right for those who multiply what is printed', () => {
    expect(slip(0.21 * -0.0312, question)).toBe('right');
    expect(slip(-0.0066, question)).toBe('right');
  });

  it.each([
    [0.00656, 'sign'],
    [0.179, 'added'],
    [0.21, 'onlyValue'],
    [-0.0312, 'onlyWeight'],
    [-0.0656, 'point'],
  ])('tells from %d that it is %s', (entry, code) => {
    expect(slip(entry, question)).toMatchObject({ code });
  });

  it('names the product that was taken instead', () => {
    expect(slip(0.42, question)).toEqual({ code: 'otherProduct', value: 0.42, term: 5 });
  });

  it('does not invent a reason', () => {
    expect(slip(123, question)).toBeNull();
  });
});

describe('a sum', () => {
  const summands = [
    { value: 0.5, part: 0 },
    { value: -0.3, part: 1 },
    { value: 0.1, part: 2, isBias: true },
  ];
  const question = sumQuestion(summands, [{ value: 0.17, term: 3 }]);

  it('is right when added up', () => {
    expect(slip(0.3, question)).toBe('right');
  });

  it.each([
    [0.2, { code: 'noBias', part: 2 }],
    [-0.3, { code: 'sign' }],
    [0.9, { code: 'oneSign', part: 1 }],
    [0.6, { code: 'missing', part: 1 }],
    [0.8, { code: 'twice', part: 0 }],
    [0.13, { code: 'missing', term: 3 }],
    [3, { code: 'point' }],
  ])('explains %d by %j', (entry, found) => {
    expect(slip(entry, question)).toMatchObject(found);
  });
});
