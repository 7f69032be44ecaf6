import { describe, expect, it } from 'vitest';
import { parseCsv, toTerms } from '../../scripts/terms.mjs';
import { findTerm, searchTerms } from './glossary';
import terms from './terms.json';

const keysOf = (query: string) => searchTerms(terms, query).map(({ key }) => key);

describe('the glossary', () => {
  it('explains every term in both languages', () => {
    for (const term of terms) {
      for (const text of Object.values(term)) expect(text.trim()).not.toBe('');
      expect(term.definition_zh).toMatch(/\p{Script=Han}/u);
      expect(term.definition_en).not.toMatch(/\p{Script=Han}/u);
    }
  });

  it('has every key once', () => {
    expect(new Set(terms.map(({ key }) => key)).size).toBe(terms.length);
  });

  it('finds a term by its key', () => {
    expect(findTerm(terms, 'receptive_field')?.zh).toBe('感受野');
    expect(findTerm(terms, 'nothing')).toBe(undefined);
  });
});

describe('searchTerms', () => {
  it.each([
    ['kernel', 'kernel'],
    ['感受野', 'receptive_field'],
    ['Receptive Field', 'receptive_field'],
    ['receptive-field', 'receptive_field'],
    ['ＲＧＢ', 'rgb'],
    ['  STRIDE ', 'stride'],
    ['步', 'stride'],
  ])('puts the term for %j first', (query, key) => {
    expect(keysOf(query)[0]).toBe(key);
  });

  it('puts names before words, parts and definitions', () => {
    const entry = (key: string, en: string, definition_en: string) => {
      return { key, en, zh: '词', definition_en, definition_zh: '释义' };
    };
    const table = [
      entry('a', 'image', 'made of pool cells'),
      entry('b', 'carpool', '-'),
      entry('c', 'max pool', '-'),
      entry('d', 'pooling', '-'),
      entry('e', 'pool', '-'),
      entry('f', 'stride', '-'),
    ];
    expect(searchTerms(table, 'pool').map(({ key }) => key)).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('takes words in any order', () => {
    expect(keysOf('field receptive')[0]).toBe('receptive_field');
  });

  it('finds what only a definition says, in either language', () => {
    const { key, definition_zh, definition_en } = terms[7] as (typeof terms)[number];
    expect(keysOf(definition_en.slice(3, 30))).toContain(key);
    expect(keysOf(definition_zh.slice(2, 9))).toContain(key);
  });

  it('finds everything for an empty query and nothing for nonsense', () => {
    expect(keysOf(' ')).toHaveLength(terms.length);
    expect(keysOf('zzqx')).toEqual([]);
    expect(keysOf('.*')).toEqual([]);
  });
});

describe('the table of terms', () => {
  it('is read with commas, quotes and line breaks inside fields', () => {
    expect(parseCsv('a,"b, ""c""\nd",e\r\n,1,\n')).toEqual([
      ['a', 'b, "c"\nd', 'e'],
      ['', '1', ''],
    ]);
  });

  it.each([
    ['wrong columns', 'key,en\na,b\n', /columns/],
    ['an empty value', 'key,en,zh,definition_en,definition_zh\na,b,,d,e\n', /Incomplete: a/],
    ['a key twice', 'key,en,zh,definition_en,definition_zh\na,b,c,d,e\na,b,c,d,e\n', /Twice.*a/],
    ['an open quote', 'key,en,zh,definition_en,definition_zh\na,"b,c,d,e\n', /broken/],
  ])('is refused with %s', (_, text, reason) => {
    expect(() => toTerms(text)).toThrow(reason);
  });
});
