/** What a problem of the server says, in whichever languages it says it. */
import type { Problem } from './types';

type Words = Readonly<Record<'en' | 'zh', string>>;

export interface Said {
  detail: Words;
  /** What to do next. */
  hint: Words;
}

/** The sentence and the hint in both languages; null where the server has English alone. */
export function saidOf({ values = {}, hint }: Problem): Said | null {
  const { en, zh, hint_en = hint, hint_zh } = values;
  if (typeof en !== 'string' || typeof zh !== 'string') return null;
  return { detail: { en, zh }, hint: { en: String(hint_en), zh: String(hint_zh ?? '') } };
}

/** The option that the problem is about; '' where it is about none. */
export function optionOf(problem: Problem | null): string {
  return String(problem?.values?.['option'] ?? '');
}
