/** The glossary: terms in both languages, found by any part of their names. */

export interface Term {
  key: string;
  en: string;
  zh: string;
  definition_en: string;
  definition_zh: string;
}

/** The term of a key, e.g. "dead_relu"; undefined when there is none. */
export function findTerm(terms: readonly Term[], key: string): Term | undefined {
  return terms.find((term) => term.key === key);
}

/**
 * Terms that hold every word of the query in their names or definitions, in either language, best
 * first: the name itself, then names that begin with it, words that do, any part of a name, then
 * definitions. Equal ones keep the order of the table. An empty query finds everything.
 */
export function searchTerms(terms: readonly Term[], query: string): Term[] {
  const wanted = plain(query);
  if (wanted === '') return [...terms];
  return terms
    .map((term) => ({ term, rank: rankOf(term, wanted) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .map(({ term }) => term);
}

/** Full width, case and the signs between words make no difference. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\-–—]+/g, ' ')
    .trim();
}

function rankOf(term: Term, wanted: string): number {
  const names = [term.key, term.en, term.zh].map(plain);
  const text = [...names, plain(term.definition_en), plain(term.definition_zh)].join('\n');
  const tests = [
    () => names.includes(wanted),
    () => names.some((name) => name.startsWith(wanted)),
    () => names.some((name) => name.includes(` ${wanted}`)),
    () => names.some((name) => name.includes(wanted)),
    () => wanted.split(' ').every((word) => names.some((name) => name.includes(word))),
    () => text.includes(wanted),
    () => wanted.split(' ').every((word) => text.includes(word)),
  ];
  const rank = tests.findIndex((test) => test());
  return rank < 0 ? Infinity : rank;
}
