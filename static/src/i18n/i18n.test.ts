import { parse } from 'svelte/compiler';
import { afterEach, describe, expect, it } from 'vitest';
import en from './en.json';
import { fill, isKey, learn, locale, named, preferredLanguage, t, type Key } from './i18n.svelte';
import terms from './terms.json';
import zh from './zh.json';

const files = import.meta.glob<string>('../**/*.{svelte,ts}', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const sources = Object.entries(files).filter(([path]) => !path.endsWith('.test.ts'));
const code = sources.map(([, text]) => text).join('\n');

type Words = Readonly<Record<string, string>>;
const rooms = import.meta.glob<Words>('./rooms/*.json', { import: 'default', eager: true });
/** The page's first words, then those of each room, as [name, English, Chinese]. */
const books: [string, Words, Words][] = [
  ['page', en, zh],
  ...Object.keys(rooms)
    .filter((path) => path.endsWith('.en.json'))
    .map((path): [string, Words, Words] => {
      const chinese = path.replace('.en.json', '.zh.json');
      return [path, rooms[path] as Words, rooms[chinese] as Words];
    }),
];
const keys = books.flatMap(([, english]) => Object.keys(english)) as Key[];
for (const [, english, chinese] of books) learn({ en: english, zh: chinese });

/** Words that are the same in both languages, each with its reason. */
const SAME: Readonly<Record<string, string>> = {};
/** Letters that may stand in the markup: names that no language changes. */
const NAMES = new Set(['API', 'ConvLens', 'Esc']);
/** Attributes and properties whose text a person reads or hears. */
const SPOKEN = /^(title|alt|placeholder|label|aria-(label|description|roledescription|valuetext))$/;

const letters = (text: string) => /\p{L}/u.test(text) && !NAMES.has(text.trim()) && !isKey(text);
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

interface Node {
  type: string;
  name?: string;
  value?: unknown;
  data?: string;
  [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value;

/** Every text that an expression of the markup may put on the page by itself. */
function shownBy(expression: Node): string[] {
  const all = (...fields: string[]) =>
    fields.flatMap((field) => (isNode(expression[field]) ? shownBy(expression[field]) : []));
  if (expression.type === 'Literal') return [String(expression.value)];
  if (expression.type === 'ConditionalExpression') return all('consequent', 'alternate');
  if (expression.type === 'LogicalExpression') return all('left', 'right');
  if (expression.type === 'BinaryExpression' && expression['operator'] === '+') {
    return all('left', 'right');
  }
  if (expression.type !== 'TemplateLiteral') return [];
  return (expression['quasis'] as { value: { raw: string } }[]).map(({ value }) => value.raw);
}

/** Every text in the markup of a component that no language can change. */
function textsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (!isNode(node)) return [];
  if (node.type === 'Text') return [node.data ?? ''];
  if (node.type === 'ExpressionTag') return shownBy(node['expression'] as Node);
  if (node.type === 'Attribute' && !SPOKEN.test(node.name ?? '')) return [];
  if (node.type === 'StyleDirective' || node.type === 'ClassDirective') return [];
  return Object.values(node).flatMap(textsOf);
}

afterEach(() => {
  locale.language = 'en';
});

describe.each(books)('the words of %s', (_name, english, chinese) => {
  const own = Object.keys(english);

  it('are the same keys in both languages, in order', () => {
    expect(Object.keys(chinese)).toEqual(own);
    expect(own).toEqual([...own].sort());
  });

  it('are translated', () => {
    const same = own.filter(
      (key) => english[key] === chinese[key] || !/\p{Script=Han}/u.test(chinese[key] as string),
    );
    expect(same.filter((key) => !(key in SAME))).toEqual([]);
  });

  it('are not left in the other language', () => {
    expect(own.filter((key) => /\p{Script=Han}/u.test(english[key] as string))).toEqual([]);
  });

  it('ask for the same values in both languages', () => {
    const differ = own.filter(
      (key) =>
        placeholders(english[key] as string).join() !== placeholders(chinese[key] as string).join(),
    );
    expect(differ).toEqual([]);
  });
});

describe('the words', () => {
  it('stand in one room each', () => {
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('have exceptions only where they still exist', () => {
    expect(Object.keys(SAME).filter((key) => !isKey(key))).toEqual([]);
  });
});

describe('the page', () => {
  const literal = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key as string);
  const built = [...code.matchAll(/`([a-z]+\.[\w.]*)\$\{/gi)].map(([, start]) => start as string);

  it('asks for words that exist', () => {
    expect(literal.filter((key) => !isKey(key))).toEqual([]);
    expect(built.filter((start) => !keys.some((key) => key.startsWith(start)))).toEqual([]);
  });

  it('uses every word', () => {
    const isUsed = (key: string) =>
      code.includes(`'${key}'`) || built.some((start) => key.startsWith(start));
    expect(keys.filter((key) => !isUsed(key))).toEqual([]);
  });

  it.each(sources.filter(([path]) => path.endsWith('.svelte')))(
    'has no text of its own in %s',
    (_path, text) => {
      const { fragment } = parse(text, { modern: true });
      expect(textsOf(fragment).filter(letters)).toEqual([]);
    },
  );

  it('finds text in markup, attributes and expressions', () => {
    const markup = `<p class="a" title="Hat">One {n} {n > 1 ? 'two' : t('dialog.close')} {n + ' px'}</p>`;
    const { fragment } = parse(markup, { modern: true });
    expect(textsOf(fragment).filter(letters)).toEqual(['Hat', 'One ', 'two', ' px']);
  });

  it('explains only terms that the glossary has', () => {
    const tables = [...code.matchAll(/const TERMS\b[^=]*=\s*\{([^}]*)\}/g)].map(([, body]) => body);
    const asked = [
      ...[...code.matchAll(/<Term term="(\w+)"/g)].map(([, term]) => term),
      ...[...tables.join().matchAll(/'(\w+)'/g)].map(([, term]) => term),
    ];
    expect(asked.length).toBeGreaterThan(0);
    const known = new Set(terms.map(({ key }) => key));
    expect(asked.filter((term) => !known.has(term as string))).toEqual([]);
  });
});

describe('t', () => {
  it('speaks the language of the page', () => {
    expect(t('dialog.close')).toBe(en['dialog.close']);
    locale.language = 'zh';
    expect(t('dialog.close')).toBe(zh['dialog.close']);
    expect(named({ en: 'cat', zh: '猫' })).toBe('猫');
  });
});

describe('fill', () => {
  it('puts values in and leaves names without a value', () => {
    expect(fill('{a} of {b}, {a}', { a: 1 })).toBe('1 of {b}, 1');
  });

  it('does not fill what a value brings with it', () => {
    expect(fill('{name}: {n}', { name: '{n}', n: 3 })).toBe('{n}: 3');
  });
});

describe('preferredLanguage', () => {
  it.each([
    [['zh-CN', 'en'], 'zh'],
    [['de', 'zh-Hant', 'en'], 'zh'],
    [['de', 'en-GB', 'zh'], 'en'],
    [['de', 'fr'], 'en'],
    [[], 'en'],
  ])('of %j is %s', (languages, language) => {
    expect(preferredLanguage(languages)).toBe(language);
  });
});
