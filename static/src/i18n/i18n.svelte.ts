/** The words of the page in both languages; `t` follows the language as state. */
import en from './en.json';
import zh from './zh.json';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Key = keyof typeof en;
export type Parameters = Readonly<Record<string, string | number>>;

const WORDS: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, zh };

export const locale = $state<{ language: Language }>({ language: 'en' });

export function isKey(key: string): key is Key {
  return key in en;
}

/** Fills `{name}` in a text; a name without a value stays as it is. */
export function fill(text: string, parameters: Parameters): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}

export function t(key: Key, parameters: Parameters = {}): string {
  return fill(WORDS[locale.language][key] ?? key, parameters);
}

/** The name in the language of the page. */
export function named(text: Readonly<Record<Language, string>>): string {
  return text[locale.language];
}

/** The browser's first language that we have. */
export function preferredLanguage(languages: readonly string[]): Language {
  const found = languages.find((each) => /^(zh|en)\b/i.test(each));
  return found?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
