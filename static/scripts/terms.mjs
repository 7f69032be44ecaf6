/** Makes src/i18n/terms.json from a table of terms: `node scripts/terms.mjs terms.csv`. */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const COLUMNS = ['key', 'en', 'zh', 'definition_en', 'definition_zh'];
const target = new URL('../src/i18n/terms.json', import.meta.url);

/** Rows of an RFC 4180 table: quoted fields may hold commas, line breaks and doubled quotes. */
export function parseCsv(text) {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const rows = [];
  let row = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (!found) throw new Error(`The table is broken at character ${at}.`);
    const [, quoted, plain, end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** The table's rows as objects; throws an Error where a column, a value or a key is missing or twice. */
export function toTerms(text) {
  const [header, ...rows] = parseCsv(text);
  if (String(header) !== String(COLUMNS)) throw new Error(`The columns must be ${COLUMNS}.`);
  const keys = new Set();
  return rows.map((row) => {
    const [key] = row;
    if (row.length !== COLUMNS.length || row.includes('')) throw new Error(`Incomplete: ${key}.`);
    if (keys.has(key)) throw new Error(`Twice in the table: ${key}.`);
    keys.add(key);
    return Object.fromEntries(COLUMNS.map((column, i) => [column, row[i]]));
  });
}

function main([path]) {
  if (!path) {
    process.stderr.write('Usage: node scripts/terms.mjs terms.csv\n');
    process.exit(2);
  }
  const terms = toTerms(readFileSync(path, 'utf8'));
  writeFileSync(target, `${JSON.stringify(terms, null, 2)}\n`);
  process.stdout.write(`${terms.length} terms\n`);
}

if (process.argv[1] && import.meta.filename === process.argv[1]) main(process.argv.slice(2));
