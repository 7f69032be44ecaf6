/** A chart over steps as a picture of lines, dots and flags: what `draw/chart` draws. */
import { linearAxis, logAxis, type Axis } from './axis';
import type { CurveMemory, Curves } from './curves';
import { decimate, shownIndices, type Path } from './decimate';
import { nearestIndex, type Flag, type Series, type Span } from './series';

export type YScale = 'linear' | 'log' | 'share';

/** Dashes by number: the open run is solid. */
export const DASHES: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 3],
  [8, 3, 2, 3],
  [12, 4],
  [4, 2, 1, 2],
  [1, 2],
];

export function dashOf(index: number): readonly number[] {
  return DASHES[index % DASHES.length] as readonly number[];
}

export interface Line {
  path: Path;
  colour: string;
  width: number;
  /** 1 covers what is below. */
  alpha: number;
  dash: readonly number[];
}

export interface ChartDots {
  colour: string;
  at: readonly { x: number; y: number }[];
}

export interface ChartPicture {
  lines: readonly Line[];
  dots: readonly ChartDots[];
  flags: readonly Flag[];
  /** Steps where a value was no finite number. */
  breaks: readonly number[];
  x: Axis;
  y: Axis;
}

interface Ask {
  /** Steps that are shown; null for all. */
  span: Span | null;
  smoothing: number;
  yScale: YScale;
  /** Width of the plot in pixels. */
  columns: number;
  /** About so many ticks along y. */
  ticks: number;
}

const FAINT = 0.28;
/** Of many curves that belong together, each is drawn with so much of its width. */
const THIN = 0.5;

/** The first and the last step of all runs. */
export function wholeSpan(series: readonly Series[]): Span {
  const last = Math.max(
    1,
    ...series.flatMap(({ x, dots }) => [x.at(-1) ?? 1, dots.at(-1)?.x ?? 1]),
  );
  return [0, last];
}

/** The picture of some runs; what is worked out of them is kept in the memory. */
export function chartOf(
  memory: CurveMemory,
  series: readonly Series[],
  flags: readonly Flag[],
  ask: Ask,
): ChartPicture {
  memory.keep(series.map(({ id }) => id));
  const span = ask.span ?? wholeSpan(series);
  // The open run comes first and is drawn last, over the others.
  const drawn = series.toReversed();
  const curves = drawn.map((each) => memory.of(each, ask.smoothing));
  const lines = drawn.flatMap((each, i) => linesOf(each, curves[i] as Curves, span, ask));
  const isShown = (x: number) => x >= span[0] && x <= span[1];
  const dots = drawn.map(({ colour, dots }) => ({
    colour,
    at: dots.filter(({ x, y }) => isShown(x) && Number.isFinite(y)),
  }));
  const values = [
    ...curves.flatMap(({ raw }) => extentOf(raw, span, ask.yScale)),
    ...dots.flatMap(({ at }) => at.map(({ y }) => y)),
  ];
  return {
    lines,
    dots,
    flags: flags.filter(({ step }) => isShown(step)),
    breaks: lines.flatMap(({ path }) => path.breaks.filter(isShown)),
    x: { lo: span[0], hi: span[1], isLog: false },
    y: axisOf(values, ask),
  };
}

function linesOf(series: Series, { raw, smooth }: Curves, span: Span, { columns }: Ask): Line[] {
  const { colour, isThin } = series;
  const dash = dashOf(series.dash);
  const part = isThin ? THIN : 1;
  const faint: Line = {
    path: decimate(raw, span, columns),
    colour,
    width: part,
    alpha: smooth ? FAINT * part : 1,
    dash: smooth ? [] : dash,
  };
  if (!smooth) return [{ ...faint, width: 1.5 * part }];
  // What is no number is marked once, on the raw line.
  const path = { ...decimate(smooth, span, columns), breaks: [] };
  return [faint, { path, colour, width: 2 * part, alpha: 1, dash }];
}

function extentOf(curve: Curves['raw'], span: Span, yScale: YScale): number[] {
  const { lo, hi, above } = curve.extremes.of(...shownIndices(curve.x, span));
  return [yScale === 'log' ? above : lo, hi].filter(Number.isFinite);
}

function axisOf(values: readonly number[], { yScale, ticks }: Ask): Axis {
  if (yScale === 'share') return { lo: 0, hi: 1, isLog: false };
  const used = yScale === 'log' ? values.filter((value) => value > 0) : values;
  const span: Span = [Math.min(...used), Math.max(...used)];
  return yScale === 'log' ? logAxis(span) : linearAxis(span, ticks);
}

/** A zoom about a step by a factor (below 1 nears); null when everything is shown. */
export function zoomed(whole: Span, span: Span | null, at: number, factor: number): Span | null {
  const [lo, hi] = span ?? whole;
  const least = Math.min(whole[1] - whole[0], 2);
  const width = Math.max((hi - lo) * factor, least);
  const part = hi > lo ? (at - lo) / (hi - lo) : 0.5;
  const from = Math.max(whole[0], Math.min(at - part * width, whole[1] - width));
  const to = Math.min(whole[1], from + width);
  return from <= whole[0] && to >= whole[1] ? null : [from, to];
}

/** Directions of the keys; a page is not finite. */
const MOVES: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageDown: -Infinity,
  PageUp: Infinity,
};

/**
 * The step that a key moves the cursor to; null for keys that do not. An arrow goes to the next
 * point that is another pixel, with Shift to the very next one, a page a tenth of what is shown.
 */
export function movedCursor(
  press: { key: string; shiftKey: boolean },
  x: Float64Array,
  shown: { cursor: number | null; span: Span; columns: number },
): number | null {
  const [from, to] = shownIndices(x, shown.span);
  const first = (x[from] ?? 0) < shown.span[0] ? Math.min(from + 1, x.length - 1) : from;
  const last = Math.min(to - 1, nearestIndex(x, shown.span[1]));
  if (press.key === 'Home') return x[first] ?? null;
  if (press.key === 'End') return x[last] ?? null;
  const move = MOVES[press.key];
  if (move === undefined || x.length === 0) return null;
  const count = last - first + 1;
  const pixel = press.shiftKey ? 1 : Math.max(1, Math.round(count / shown.columns));
  const size = Number.isFinite(move) ? pixel : Math.max(1, Math.round(count / 10));
  const now = shown.cursor === null ? last : nearestIndex(x, shown.cursor);
  const next = Math.min(last, Math.max(first, now + Math.sign(move) * size));
  return x[next] ?? null;
}

export interface ChartHand {
  steps: Float64Array;
  cursor: number | null;
  /** The steps that are shown, and all there are. */
  span: Span;
  whole: Span;
  columns: number;
}

/** What a key asks of a chart: a new cursor or other steps to show; null for other keys. */
export function asked(
  press: { key: string; shiftKey: boolean },
  hand: ChartHand,
): { cursor?: number | null; span?: Span | null } | null {
  const { cursor, span, whole } = hand;
  const moved = movedCursor(press, hand.steps, hand);
  if (moved !== null) return { cursor: moved };
  const at = cursor ?? span[1];
  if (press.key === '+' || press.key === '=') return { span: zoomed(whole, span, at, 0.5) };
  if (press.key === '-' || press.key === '_') return { span: zoomed(whole, span, at, 2) };
  if (press.key === '0') return { span: null };
  if (press.key !== 'Escape') return null;
  // The zoom first, then the cursor; where there is neither the key means something else.
  if (span[0] > whole[0] || span[1] < whole[1]) return { span: null };
  return cursor === null ? null : { cursor: null };
}
