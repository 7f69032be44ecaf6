import type { Term } from '../src/i18n/glossary';

export function parseCsv(text: string): string[][];
export function toTerms(text: string): Term[];
