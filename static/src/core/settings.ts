/** Settings of a bench as one short text, "n:5,w:-1/0/1", and back; what cannot be is left out. */
import { oneOf, type Field } from './url';

/** How each setting is written, and what it is where nothing is said. */
export type SettingsTable<S> = {
  readonly [K in keyof S]: Field<S[K]> & { readonly first: S[K] };
};

/** A whole number within bounds. */
export function whole(first: number, low: number, high: number) {
  return numeric(first, low, high, Number.isInteger);
}

/** Any number within bounds. */
export function real(first: number, low: number, high: number) {
  return numeric(first, low, high, Number.isFinite);
}

function numeric(first: number, low: number, high: number, isRight: (value: number) => boolean) {
  const read = (text: string): number | undefined => {
    const value = text.trim() === '' ? NaN : Number(text);
    return isRight(value) && value >= low && value <= high ? value : undefined;
  };
  return { first, read, write: short };
}

/** One of a few words. */
export function choice<T extends string>(values: readonly T[], first: T = values[0] as T) {
  return { first, ...oneOf(values) };
}

/** On or off. */
export function flag(first: boolean): Field<boolean> & { first: boolean } {
  const read = (text: string) => (text === '1' ? true : text === '0' ? false : undefined);
  return { first, read, write: (value) => (value ? '1' : '0') };
}

/** Up to `most` numbers, with strokes between them. */
export function numbers(first: readonly number[], most: number) {
  const read = (text: string): readonly number[] | undefined => {
    const values = text.split('/').map((part) => (part.trim() === '' ? NaN : Number(part)));
    return values.length <= most && values.every(Number.isFinite) ? values : undefined;
  };
  return { first, read, write: (values: readonly number[]) => values.map(short).join('/') };
}

/** Six digits are more than a hand sets. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

const keysOf = <S extends object>(table: SettingsTable<S>) => Object.keys(table) as (keyof S)[];

/** What differs from the beginning; null for nothing. */
export function encodeSettings<S extends object>(
  table: SettingsTable<S>,
  settings: S,
): string | null {
  const parts = keysOf(table).flatMap((key) => {
    const { first, write } = table[key];
    const text = write(settings[key]);
    return text === write(first) ? [] : [`${String(key)}:${text}`];
  });
  return parts.length > 0 ? parts.join() : null;
}

export function decodeSettings<S extends object>(table: SettingsTable<S>, text: string | null): S {
  const said = new Map((text ?? '').split(',').map((part) => pairOf(part)));
  const entries = keysOf(table).map((key) => {
    const { first, read } = table[key];
    const found = said.get(String(key));
    return [key, (found === undefined ? undefined : read(found)) ?? first] as const;
  });
  return Object.fromEntries(entries) as S;
}

function pairOf(part: string): readonly [string, string] {
  const at = part.indexOf(':');
  return [part.slice(0, Math.max(0, at)), part.slice(at + 1)];
}
