/** The words of the page in both languages; `t` follows the language as state. */
import en from './en.json';
import zh from './zh.json';
import type cell from './rooms/cell.en.json';
import type edit from './rooms/edit.en.json';
import type guide from './rooms/guide.en.json';
import type lab from './rooms/lab.en.json';
import type neuron from './rooms/neuron.en.json';
import type toys from './rooms/toys.en.json';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
/** Words of rooms that are fetched when they are opened; each teaches its own by `learn`. */
type RoomKey =
  | keyof typeof cell
  | keyof typeof edit
  | keyof typeof guide
  | keyof typeof lab
  | keyof typeof neuron
  | keyof typeof toys;
export type Key = keyof typeof en | RoomKey;
export type Parameters = Readonly<Record<string, string | number>>;

type Words = Readonly<Record<string, string>>;
const WORDS: Record<Language, Words> = { en, zh };

export const locale = $state<{ language: Language }>({ language: 'en' });

export function isKey(key: string): key is Key {
  return key in WORDS.en;
}

/** Adds the words of a room; called once by the room's own entry, before it is drawn. */
export function learn(room: Readonly<Record<Language, Words>>): void {
  for (const language of LANGUAGES) WORDS[language] = { ...WORDS[language], ...room[language] };
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
