/** How large the maps of the overview are, and how far its columns stand apart. */

import type { LayoutOptions } from './layout';
import type { Metrics, Part, Plan } from './layoutPlan';
import { planPart, wantedOf } from './layoutPlan';

export const EDGE_PX = 16;
export const SPACE_PX = 6;
export const TITLE_PX = 36;
export const KERNEL_PX = 44;
export const LEGEND_PX = 32;
/** What stands above and below the maps of a row. */
export const CHROME_PX = TITLE_PX + KERNEL_PX + LEGEND_PX + 3 * SPACE_PX;

const LARGEST_MAP = 96;
const LARGEST_CUT_MAP = 64;
const WRAPPED_MAP = 44;
/** A column that is cut still shows this many maps. */
const FEWEST = 6;
/** From the left of a strip of cells to the left of the next column: room for its title. */
const STRIP_PITCH_PX = 56;
/** From the left of the input to the left of the next column: room for two numbers. */
const INPUT_PITCH_PX = 78;
/** Before a strip of cells: its name must not touch the end of the name before it. */
const STRIP_GAP_PX = 20;
/** From here on a screen is wide: larger maps, longer bars. */
const WIDE_SCREEN_PX = 1280;

export interface Frame extends Metrics {
  short: number;
  wide: number;
}

/** A column and the gap before it. */
export interface Slot {
  plan: Plan;
  gap: number;
}

/**
 * Every column with its gap, for the largest maps with which all stand in one row: first with every
 * channel, then with columns cut to the height; else in the size of wrapped rows, two to a screen.
 */
export function chooseSlots(
  parts: readonly Part[],
  options: LayoutOptions,
): { frame: Frame; slots: Slot[] } {
  const { width } = options;
  const height = options.height - 2 * SPACE_PX;
  const smallest = width >= WIDE_SCREEN_PX ? 36 : 28;
  for (const [largest, all] of [[LARGEST_MAP, true] as const, [LARGEST_CUT_MAP, false] as const]) {
    for (let map = largest; map >= smallest; map--) {
      const frame = makeFrame(map, height, width, parts);
      const slots = toSlots(parts, frame, options, all);
      if (widthOf(slots) <= frame.room) return { frame, slots };
    }
  }
  const map = Math.max(smallest, Math.min(WRAPPED_MAP, Math.floor(width / 24)));
  const frame = makeFrame(map, height / 2, width, parts);
  return { frame, slots: toSlots(parts, frame, options, false) };
}

/** Sum of the columns and the gaps between them. */
export function widthOf(slots: readonly Slot[]): number {
  return slots.reduce((sum, { plan, gap }, i) => sum + plan.w + (i === 0 ? 0 : gap), 0);
}

function makeFrame(map: number, rowHeight: number, width: number, parts: readonly Part[]): Frame {
  const gap = Math.max(3, Math.round(map * 0.09));
  const capacity = Math.max(FEWEST, Math.floor((rowHeight - CHROME_PX + gap) / (map + gap)));
  // Strips and bars are no taller than the tallest column of maps would be.
  const tallest = Math.max(...parts.map(({ kind, total }) => (kind === 'maps' ? total : 0)));
  const used = Math.min(capacity, Math.max(FEWEST, tallest));
  return {
    map,
    gap,
    capacity,
    area: used * (map + gap) - gap,
    room: width - 2 * EDGE_PX,
    picture: Math.min(160, Math.max(64, 2 * map)),
    classes: width >= WIDE_SCREEN_PX ? 170 : 150,
    short: Math.max(8, Math.round(map * 0.25)),
    wide: Math.max(20, Math.round(map * 1.1)),
  };
}

function toSlots(
  parts: readonly Part[],
  frame: Frame,
  options: LayoutOptions,
  all: boolean,
): Slot[] {
  let nearest = 0;
  return parts.map((part) => {
    const everything = all && part.kind === 'maps' ? part.total : null;
    const plan = planPart(part, wantedOf(part, options) ?? everything, frame);
    const least = part.kind === 'strip' ? Math.max(nearest, STRIP_GAP_PX) : nearest;
    const gap = Math.max(part.isWide ? frame.wide : frame.short, least);
    nearest = pitchAfter(part) - plan.w;
    return { plan, gap };
  });
}

/** How far the next column begins at least from the left of this one. */
function pitchAfter({ kind, op }: Part): number {
  if (op === 'input') return INPUT_PITCH_PX;
  return kind === 'maps' ? 0 : STRIP_PITCH_PX;
}
