/** Names, in both languages, of the pictures that a person brings. */
import type { Text } from '../../io/api';
import type { Taken } from '../../io/intake';
import { fill } from '../../i18n/i18n.svelte';
import en from '../../i18n/en.json';
import zh from '../../i18n/zh.json';

/** A picture of the person's own, on its way to the others. */
export interface Added {
  bytes: Blob;
  name: Text;
}

/** How a picture without a name of its own came here. */
export type Way = Extract<keyof typeof en, `pictures.way${string}`>;

export function inBoth(key: keyof typeof en, n: number): Text {
  return { en: fill(en[key], { n }), zh: fill(zh[key], { n }) };
}

/** The file's name where it says something, else how it came and its number. */
export function toAdded(taken: Taken, way: Way, n: number): Added {
  const { bytes, name } = taken;
  return { bytes, name: name ? { en: name, zh: name } : inBoth(way, n) };
}
