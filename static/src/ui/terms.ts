/** The glossary's terms: 45 kB that are fetched when the first one is asked for. */
import type { Term } from '../i18n/glossary';

let loaded: Promise<readonly Term[]> | null = null;

async function load(): Promise<readonly Term[]> {
  const module = await import('../i18n/terms.json');
  return module.default;
}

/** All terms; a failure is not kept, so that the next call tries again. */
export function loadTerms(): Promise<readonly Term[]> {
  loaded ??= load().catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  return loaded;
}
