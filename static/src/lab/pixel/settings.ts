/** How the pixel bench is set. */
import { choice, flag, numbers, whole, type SettingsTable } from '../../core/settings';
import type { Planes } from '../../core/planes';

export const UNITS = ['byte', 'share', 'normal'] as const;
export type Unit = (typeof UNITS)[number];

export interface PixelSettings {
  /** The pixel that is looked at. */
  y: number;
  x: number;
  /** The plane whose numbers are shown. */
  c: number;
  unit: Unit;
  red: boolean;
  green: boolean;
  blue: boolean;
  grey: boolean;
  /** Repainted numbers: index among all, then its byte, and so on. */
  e: readonly number[];
}

const MOST_EDITS = 60;
const LARGEST = 1023;

export const PIXEL_TABLE: SettingsTable<PixelSettings> = {
  y: whole(20, 0, LARGEST),
  x: whole(20, 0, LARGEST),
  c: whole(0, 0, 2),
  unit: choice(UNITS),
  red: flag(true),
  green: flag(true),
  blue: flag(true),
  grey: flag(false),
  e: numbers([], 2 * MOST_EDITS),
};

/** The picture with what was repainted. */
export function repainted(planes: Planes, edits: readonly number[]): Planes {
  const data = planes.data.slice();
  for (let i = 0; i + 1 < edits.length; i += 2) {
    const index = edits[i] as number;
    if (index in data) data[index] = edits[i + 1] as number;
  }
  return { ...planes, data };
}

/** One repainted number more; the oldest is given up when there are too many. */
export function withEdit(edits: readonly number[], index: number, byte: number): readonly number[] {
  const kept = edits.filter((_, i) => edits[i - (i % 2)] !== index);
  return [...kept, index, byte].slice(-2 * MOST_EDITS);
}

/** The first row or column of a part of `span` round a place. */
export function cornerOf(at: number, span: number, size: number): number {
  return Math.max(0, Math.min(size - span, at - Math.floor(span / 2)));
}
