/** The whole state of the page as the fragment of its address, and back. */

import type { Density } from './layout';
import type { ChannelOrder } from './order';
import { CHANNEL_ORDERS } from './order';
import { LAYERS, type LayerKind } from './layers';
import { PANELS, type Panel } from './panels';
import { CELL_TABS, LEVELS, type CellTab, type Level } from './levels';
import type { ScaleMode } from './scale';
import { SCALE_MODES } from './scale';
import type { Theme } from './colour';
import type { Locale } from './numbers';

export const VERSION = 1;
export const VIEWS = ['look', 'train', 'lab', 'guide'] as const;
export type View = (typeof VIEWS)[number];

export interface State {
  /** null = the server's first network. */
  net: string | null;
  /** null = the first picture that fits the network. */
  picture: string | null;
  node: string | null;
  /** Channel of the node; index of the element for vectors. */
  c: number | null;
  /** [y, x] */
  cell: readonly [number, number] | null;
  /** How much of a cell's arithmetic is shown. */
  level: Level;
  /** The side of the cell that is shown. */
  tab: CellTab;
  scale: ScaleMode;
  /** What of the trace is drawn. */
  layer: LayerKind;
  /** The class whose gradient is drawn; null = the predicted one. */
  of: string | null;
  /** What is changed, as `core/edits` writes it; null = nothing, or too much for an address. */
  edits: string | null;
  order: ChannelOrder;
  density: Density;
  view: View;
  /** The bench of the lab; null = its first one. */
  bench: string | null;
  /** How the bench is set, as the bench itself writes it; null = as it begins. */
  set: string | null;
  /** The section of the guide; null = its beginning. */
  section: string | null;
  /** The run that is shown while training; null = one that has not begun. */
  run: string | null;
  /** Finished or living runs whose curves are drawn beside it. */
  beside: readonly string[];
  /** The preset, "id" or "id:arm", that the options come from. */
  experiment: string | null;
  /** Panels beside the canvas; null = those of the beginning. */
  panels: readonly Panel[] | null;
  /** Which of the pinned pictures the canvas shows. */
  pin: number;
  /** null = as the system says. */
  theme: Theme | null;
  /** null = as the browser says. */
  lang: Locale | null;
}

export const DEFAULT_STATE: State = {
  net: null,
  picture: null,
  node: null,
  c: null,
  cell: null,
  level: 'full',
  tab: 'forward',
  scale: 'layer',
  layer: 'values',
  of: null,
  edits: null,
  order: 'index',
  density: 'fit',
  view: 'look',
  bench: null,
  set: null,
  section: null,
  run: null,
  beside: [],
  experiment: null,
  panels: null,
  pin: 0,
  theme: null,
  lang: null,
};

/** How one part of the state is written; `read` gives undefined for what it cannot be. */
export interface Field<T> {
  read: (text: string) => T | undefined;
  write: (value: T) => string;
}

const LONGEST_NAME = 200;
/** An address stays below 2,000 characters. */
export const LONGEST_SET = 1500;

export function oneOf<T extends string>(values: readonly T[]): Field<T> {
  return { read: (text) => values.find((value) => value === text), write: String };
}

function orNull<T>(field: Field<T>): Field<T | null> {
  return { read: field.read, write: (value) => (value === null ? '' : field.write(value)) };
}

const textUpTo = (longest: number): Field<string | null> =>
  orNull({
    read: (text) => (text.length > 0 && text.length <= longest ? text : undefined),
    write: String,
  });

const name = textUpTo(LONGEST_NAME);

const index: Field<number> = {
  read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
  write: String,
};

const pair: Field<readonly [number, number]> = {
  read: (text) => {
    const [y, x, ...more] = text.split(',').map(index.read);
    return y === undefined || x === undefined || more.length > 0 ? undefined : [y, x];
  },
  write: (cell) => cell.join(','),
};

const runId: Field<string> = {
  read: (text) => (/^[\w-]{1,40}$/.test(text) ? text : undefined),
  write: String,
};

/** What cannot be read is left out; "-" stands for a list of nothing. */
function list<T>(field: Field<T>): Field<readonly T[]> {
  return {
    read: (text) =>
      text.split(',').flatMap((each) => {
        const value = field.read(each);
        return value === undefined ? [] : [value];
      }),
    write: (values) => (values.length === 0 ? '-' : values.map((each) => field.write(each)).join()),
  };
}

/** In the order of the address. */
const FIELDS: { [K in keyof State]: Field<State[K]> } = {
  net: name,
  picture: name,
  node: name,
  c: orNull(index),
  cell: orNull(pair),
  level: oneOf(LEVELS),
  tab: oneOf(CELL_TABS),
  scale: oneOf(SCALE_MODES),
  layer: oneOf(LAYERS),
  of: name,
  edits: textUpTo(LONGEST_SET),
  order: oneOf(CHANNEL_ORDERS),
  density: oneOf(['fit', 'all']),
  view: oneOf(VIEWS),
  bench: name,
  set: textUpTo(LONGEST_SET),
  section: name,
  run: name,
  beside: list(runId),
  experiment: name,
  panels: orNull(list(oneOf(PANELS))),
  pin: index,
  theme: orNull(oneOf(['light', 'dark'])),
  lang: orNull(oneOf(['en', 'zh'])),
};

/** Views with a path of their own: "/lab" is the lab even without a fragment. */
const PATHS: ReadonlySet<View> = new Set(['lab', 'guide']);

/** The path of a view. */
export function pathOf(view: View): string {
  return PATHS.has(view) ? `/${view}` : '/';
}

/** The address of a state of which only a part is said. */
export function addressOf(part: Partial<State>): string {
  const state = { ...DEFAULT_STATE, ...part };
  return `${pathOf(state.view)}#${encodeState(state)}`;
}

/** The view that a path names where the fragment names none. */
export function viewAt(path: string): View {
  return VIEWS.find((view) => PATHS.has(view) && pathOf(view) === path) ?? DEFAULT_STATE.view;
}

const KEYS = Object.keys(FIELDS) as (keyof State)[];

/** The fragment without its '#': the version, then every part that is not its default. */
export function encodeState(state: State): string {
  const parts = KEYS.flatMap((key) => encodePart(key, state));
  return [`v=${VERSION}`, ...parts].join('&');
}

function encodePart<K extends keyof State>(key: K, state: State): string[] {
  const { write } = FIELDS[key];
  const text = write(state[key]);
  return text === write(DEFAULT_STATE[key]) ? [] : [`${key}=${escape(text)}`];
}

/**
 * The state that a fragment says, with or without '#', `at` a path that may name the view. Unknown keys are ignored, values that cannot
 * be used fall back to their defaults; of a key that comes twice the last counts. Of another version
 * it is what this one knows.
 */
export function decodeState(fragment: string, at = '/'): State {
  const texts = readTexts(fragment.replace(/^#/, ''));
  let state: State = { ...DEFAULT_STATE, view: viewAt(at) };
  for (const key of KEYS) {
    const text = texts.get(key);
    if (text === undefined) continue;
    const value = FIELDS[key].read(text);
    if (value !== undefined) state = { ...state, [key]: value };
  }
  return state;
}

function readTexts(fragment: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const part of fragment.split('&')) {
    const at = part.indexOf('=');
    if (at > 0) texts.set(part.slice(0, at), unescape(part.slice(at + 1)));
  }
  return texts;
}

/** Percent signs only where an address needs them, so that it stays readable. */
function escape(text: string): string {
  return encodeURIComponent(text).replace(/%(2C|3A|2F|40)/g, decodeURIComponent);
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
