import { expect, it } from 'vitest';
import { fromHex, toHex } from './colourhex';

it('a colour field is read and written without loss', () => {
  expect(fromHex('#ff8000')).toEqual([1, 128 / 255, 0]);
  for (const text of ['#000000', '#ffffff', '#0a0b0c', '#ff8000']) {
    expect(toHex(fromHex(text))).toBe(text);
  }
  expect(toHex([2, -1, 0.5])).toBe('#ff0080');
});
