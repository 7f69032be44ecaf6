/** How columns make way for a room: offsets that move by the clock, from wherever they are. */
import type { Box } from '../../core/layout';
import type { Offset, RoomPlan } from '../../core/room';

const NOWHERE: Offset = { x: 0, y: 0 };
const NONE: ReadonlyMap<string, Offset> = new Map();

interface Placed extends Box {
  id: string;
}

export class Slide {
  /** Share of the present move that is done. */
  #done = $state(1);
  #from = NONE;
  #to = NONE;
  /** How open a room is: 0 closed, 1 open. */
  #openness: readonly [number, number] = [0, 0];
  /** Where the layout places the columns that the offsets belong to. */
  #places = NONE;
  #node: string | null = null;
  #frame = 0;
  #start_ms = 0;
  #length_ms = 0;
  #onframe: (done: number) => void = () => undefined;

  get isMoving(): boolean {
    return this.#done < 1;
  }

  /** From 0 (closed) to 1 (open): how far the rest is dimmed. */
  get openness(): number {
    return mix(this.#openness[0], this.#openness[1], this.#done);
  }

  /** Share of the present move that is done: what comes into a room fades in with it. */
  get done(): number {
    return this.#done;
  }

  offset(id: string): Offset {
    const [from, to] = [this.#from.get(id) ?? NOWHERE, this.#to.get(id) ?? NOWHERE];
    if (this.#done >= 1) return to;
    return { x: mix(from.x, to.x, this.#done), y: mix(from.y, to.y, this.#done) };
  }

  /**
   * Moves the columns to where a plan wants them, from where they are now, in `length_ms` (0: at
   * once). A layout that changes its mind on the way changes the goal, not the clock; where nothing
   * opens, closes or moves, columns are simply where they should be.
   * @param onframe is told the share of the move that is done, at last 1
   */
  goTo(
    plan: RoomPlan | null,
    columns: readonly Placed[],
    { length_ms, onframe }: { length_ms: number; onframe: (done: number) => void },
  ): void {
    const isNew = (plan?.node ?? null) !== this.#node;
    const wasMoving = this.isMoving;
    const isFirst = this.#places.size === 0;
    this.#node = plan?.node ?? null;
    this.#depart(plan, columns);
    this.#onframe = onframe;
    if (isFirst || length_ms === 0 || !(isNew || wasMoving)) return this.#arrive();
    this.#length_ms = isNew ? length_ms : this.#start_ms + this.#length_ms - performance.now();
    this.#start_ms = performance.now();
    this.#done = 0;
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(this.#tick);
  }

  /** Ends a move where it is; for a view that goes away. */
  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  /** Every column starts from where it is seen, though the layout may have placed it elsewhere. */
  #depart(plan: RoomPlan | null, columns: readonly Placed[]): void {
    const from = new Map<string, Offset>();
    for (const { id, x, y } of columns) {
      const [place, offset] = [this.#places.get(id) ?? { x, y }, this.offset(id)];
      from.set(id, { x: place.x + offset.x - x, y: place.y + offset.y - y });
    }
    this.#openness = [this.openness, plan ? 1 : 0];
    this.#from = from;
    this.#to = plan?.offsets ?? NONE;
    this.#places = new Map(columns.map(({ id, x, y }) => [id, { x, y }]));
  }

  #arrive(): void {
    cancelAnimationFrame(this.#frame);
    // Two steps, so that who reads offsets is told although the share was 1 before.
    this.#done = 0;
    this.#done = 1;
    this.#onframe(1);
  }

  #tick = (): void => {
    const share = (performance.now() - this.#start_ms) / Math.max(1, this.#length_ms);
    if (share >= 1) return this.#arrive();
    this.#done = ease(share);
    this.#onframe(this.#done);
    this.#frame = requestAnimationFrame(this.#tick);
  };
}

export function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Slow at both ends; cubic. */
export function ease(share: number): number {
  return share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
}

/** A time of the tokens, ms; 0 where motion is not wanted. */
export function readTime(token: string, element: Element): number {
  const text = getComputedStyle(element).getPropertyValue(token).trim();
  // Builds write 500ms as .5s.
  return (parseFloat(text) || 0) * (text.endsWith('ms') ? 1 : 1000);
}
