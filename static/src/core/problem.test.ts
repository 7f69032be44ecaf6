import { describe, expect, it } from 'vitest';
import { optionOf, saidOf } from './problem';
import type { Problem } from './types';

const problem = (values?: Problem['values']): Problem => ({
  ...{ type: '', title: '', status: 422, detail: 'fold is 9.', hint: 'Take 1.' },
  ...(values && { values }),
});

describe('what a problem says', () => {
  it('is the same in both languages, with what to do next', () => {
    const values = { en: 'fold is 9.', zh: '折为 9。', hint_en: 'Take 1.', hint_zh: '请取 1。' };
    expect(saidOf(problem(values))).toEqual({
      detail: { en: 'fold is 9.', zh: '折为 9。' },
      hint: { en: 'Take 1.', zh: '请取 1。' },
    });
  });

  it('has no hint in Chinese where the server has none', () => {
    expect(saidOf(problem({ en: 'a', zh: '甲' }))?.hint).toEqual({ en: 'Take 1.', zh: '' });
  });

  it('is English alone where nothing else came', () => {
    expect([saidOf(problem()), saidOf(problem({ en: 'a' }))]).toEqual([null, null]);
  });

  it('is about an option, or about none', () => {
    expect(optionOf(problem({ option: 'fold' }))).toBe('fold');
    expect([optionOf(problem()), optionOf(null)]).toEqual(['', '']);
  });
});
