/** The view of an opened map: how large a cell is and where the map lies, as pure arithmetic. */

export interface Pan {
  /** Side of a cell, CSS pixels. */
  cell: number;
  left: number;
  top: number;
}

export interface Extent {
  /** Size of the map in cells. */
  rows: number;
  columns: number;
  /** Size of the view in CSS pixels. */
  width: number;
  height: number;
}

export interface Cell {
  y: number;
  x: number;
}

export const LARGEST_CELL_PX = 72;

/** The largest cell at which the whole map is seen, centred. */
export function fitPan({ rows, columns, width, height }: Extent): Pan {
  const cell = Math.min(LARGEST_CELL_PX, width / columns, height / rows);
  return { cell, left: (width - columns * cell) / 2, top: (height - rows * cell) / 2 };
}

/** Keeps the map in the view: no gap beside a map larger than it, centred when smaller. */
export function clampPan(pan: Pan, extent: Extent): Pan {
  const cell = Math.min(LARGEST_CELL_PX, Math.max(fitPan(extent).cell, pan.cell));
  return {
    cell,
    left: clampSide(pan.left, extent.width, extent.columns * cell),
    top: clampSide(pan.top, extent.height, extent.rows * cell),
  };
}

function clampSide(start: number, room: number, size: number): number {
  if (size <= room) return (room - size) / 2;
  return Math.min(0, Math.max(room - size, start));
}

/** Zooms by `factor` while the point (x, y) of the view stays where it is. */
export function zoomPan(
  pan: Pan,
  factor: number,
  at: { x: number; y: number },
  extent: Extent,
): Pan {
  const cell = Math.min(LARGEST_CELL_PX, Math.max(fitPan(extent).cell, pan.cell * factor));
  const ratio = cell / pan.cell;
  return clampPan(
    { cell, left: at.x - (at.x - pan.left) * ratio, top: at.y - (at.y - pan.top) * ratio },
    extent,
  );
}

interface Point {
  x: number;
  y: number;
}

/** The fingers on a view, or the mouse while its button is down, by their numbers. */
export class Fingers {
  #places = new Map<number, Point>();

  /** Returns how many there are now. */
  press(finger: number, at: Point): number {
    this.#places.set(finger, at);
    return this.#places.size;
  }

  /** All places before and after one has moved; null when it is not pressed. */
  move(finger: number, to: Point): [Point[], Point[]] | null {
    if (!this.#places.has(finger)) return null;
    const before = [...this.#places.values()];
    this.#places.set(finger, to);
    return [before, [...this.#places.values()]];
  }

  release(finger: number): void {
    this.#places.delete(finger);
  }
}

/** The view after one or two fingers (or the mouse) have moved from `before` to `after`. */
export function followPan(
  pan: Pan,
  before: readonly Point[],
  after: readonly Point[],
  extent: Extent,
): Pan {
  const [from, to] = [middleOf(before), middleOf(after)];
  const { cell, left, top } = zoomPan(pan, spread(after) / spread(before), from, extent);
  return clampPan({ cell, left: left + to.x - from.x, top: top + to.y - from.y }, extent);
}

function middleOf(points: readonly Point[]): Point {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
}

/** How far two fingers are apart; 1 for one finger, and never less. */
function spread([a, b]: readonly Point[]): number {
  return a && b ? Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) : 1;
}

/** Moves the view as little as needed to show a cell. */
export function showCell(pan: Pan, cell: Cell, extent: Extent): Pan {
  const shift = (start: number, index: number, room: number): number => {
    const from = start + index * pan.cell;
    if (from < 0) return start - from;
    return from + pan.cell > room ? start - (from + pan.cell - room) : start;
  };
  return clampPan(
    {
      cell: pan.cell,
      left: shift(pan.left, cell.x, extent.width),
      top: shift(pan.top, cell.y, extent.height),
    },
    extent,
  );
}

/** The cell under a point of the view, or null outside the map. */
export function cellAt(pan: Pan, at: { x: number; y: number }, extent: Extent): Cell | null {
  const x = Math.floor((at.x - pan.left) / pan.cell);
  const y = Math.floor((at.y - pan.top) / pan.cell);
  return x >= 0 && y >= 0 && x < extent.columns && y < extent.rows ? { y, x } : null;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that an arrow key leads to, kept inside the map; null for other keys. */
export function steppedCell(key: string, from: Cell, { rows, columns }: Extent): Cell | null {
  const step = STEPS[key];
  if (!step) return null;
  return {
    y: Math.min(rows - 1, Math.max(0, from.y + step[0])),
    x: Math.min(columns - 1, Math.max(0, from.x + step[1])),
  };
}
