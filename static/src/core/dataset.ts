/** Data sets: what there is, how one is divided, and which options its pictures depend on. */
import type { Options, Words } from './run';
import type { ClassName } from './types';

export const KINDS = ['bundled', 'torchvision', 'folder', 'own', 'points'] as const;
export type SetKind = (typeof KINDS)[number];

/** One row of GET /api/data. */
export interface Listing {
  id: string;
  name: Words;
  kind: SetKind;
  classes: readonly ClassName[];
  /** (C, H, W) of a picture, or [2] of a point; empty while it is not known. */
  shape: readonly number[];
  count: number;
  /** Pictures of each class; empty while it is not known. */
  per_class: readonly number[];
  available: boolean;
  /** Why it cannot be learned from; null when it can. */
  why: Words | null;
  downloadable: boolean;
}

export const PARTS = ['train', 'validation', 'test'] as const;
export type PartName = (typeof PARTS)[number];

/** One picture of a contact sheet, with its place in the atlas. */
export interface SheetCell {
  row: number;
  column: number;
  /** Its number in the data set. */
  id: number;
  label: number;
  part: PartName;
}

/** What GET /api/data/{id}/sheet says of its atlas: a row for each class. */
export interface Sheet {
  columns: number;
  rows: number;
  /** Sides of a cell in pixels. */
  width: number;
  height: number;
  cells: readonly SheetCell[];
  /** Pictures of each class in each part. */
  counts: Readonly<Record<PartName, readonly number[]>>;
  /** x, y, class and part of points; test points stay sealed, like test pictures. */
  points: readonly (readonly [number, number, number, PartName])[];
  notes: readonly Words[];
}

export interface PointsPath {
  label: number;
  part: PartName;
  /** One dot for each point, for a line with round ends. */
  path: string;
}

/** Points as dots in a square of 100 by 100, a path for each class and part. */
export function pointPaths({ points }: Pick<Sheet, 'points'>): readonly PointsPath[] {
  const most = Math.max(...points.flatMap(([x, y]) => [Math.abs(x), Math.abs(y)])) || 1;
  const place = (value: number) => (50 + (47 * value) / most).toFixed(1);
  const paths = new Map<string, PointsPath>();
  for (const [x, y, label, part] of points) {
    const key = `${label} ${part}`;
    const path = `${paths.get(key)?.path ?? ''}M${place(x)} ${place(-y)}h0`;
    paths.set(key, { label, part, path });
  }
  return [...paths.values()];
}

/** Options that decide which pictures there are and how they are divided. */
export const DIVIDING = [
  'samples',
  'pictures',
  'noise',
  'mark',
  'validation_share',
  'test_share',
  'folds',
  'fold',
  'label_noise',
  'imbalance',
  'seed',
] as const;

/** Options that a generated picture depends on. */
export const DRAWING = ['pictures', 'noise', 'mark', 'seed'] as const;

export const AUGMENTING = [
  'flip',
  'shift',
  'rotate',
  'crop',
  'colour',
  'blur_noise',
  'cutout',
] as const;

/** Some options as the query of an address. */
export function queryOf(options: Options, names: readonly string[]): URLSearchParams {
  const set = names.filter((name) => options[name] !== undefined && options[name] !== null);
  return new URLSearchParams(set.map((name) => [name, String(options[name])]));
}

/** True when training pictures are changed at all. */
export function isAugmented(options: Options): boolean {
  return AUGMENTING.some((name) => options[name] === true || Number(options[name] ?? 0) > 0);
}

/** The sets of each kind, kinds without a set left out. */
export function byKind(
  sets: readonly Listing[],
): readonly { kind: SetKind; sets: readonly Listing[] }[] {
  return KINDS.map((kind) => ({ kind, sets: sets.filter((each) => each.kind === kind) })).filter(
    (group) => group.sets.length > 0,
  );
}

/** Fewest and most pictures of a class; null where the counts are not known. */
export function spreadOf(counts: readonly number[]): { least: number; most: number } | null {
  if (counts.length === 0 || counts.every((count) => count === 0)) return null;
  return { least: Math.min(...counts), most: Math.max(...counts) };
}

/** A file's name as that of a data set. */
export function setName(file: string): string {
  return file
    .replace(/^.*[\\/]/, '')
    .replace(/\.zip$/i, '')
    .trim();
}
