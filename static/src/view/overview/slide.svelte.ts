/** How columns make way for a room: each is where it belongs at once, and the browser moves it there. */
import type { Attachment } from 'svelte/attachments';
import type { Box } from '../../core/layout';
import type { Offset, RoomPlan } from '../../core/room';

const NOWHERE: Offset = { x: 0, y: 0 };
const NONE: ReadonlyMap<string, Offset> = new Map();
/** What `ease` is in the words of the browser: the two agree exactly. */
const EASING = 'cubic-bezier(0.3333333333, 0, 0.6666666667, 1)';

/** World to screen: screen = world * k + (x, y), CSS px. */
export interface Camera {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

interface Placed extends Box {
  id: string;
}

/** A move on its way. */
export interface Run {
  /** How each column was seen when the move began, and how it will be seen. */
  from: ReadonlyMap<string, Camera>;
  to: ReadonlyMap<string, Camera>;
  /** The node whose room was open before; null where none was. */
  left: string | null;
  /** The node whose room is open now. */
  node: string | null;
  /** Tells the time of the move, for everything that takes part in it. */
  clock: Animation;
  length_ms: number;
}

/** What a move needs from the view. */
interface Move {
  /** 0: at once. */
  length_ms: number;
  /** The present view of the world. */
  camera: () => Camera;
  /** Brings the view of the world to where it should be. */
  aim: () => void;
  /** The clock belongs to it. */
  surface: Pick<Element, 'animate'>;
}

export class Slide {
  /** The present move; null at rest. */
  run: Run | null = $state.raw(null);
  /** Whether a room is open, or opens. */
  isOpen = $state(false);
  #offsets = $state.raw(NONE);
  /** Where the layout places the columns that the offsets belong to. */
  #places: ReadonlyMap<string, Pick<Box, 'x' | 'y' | 'w'>> = new Map();
  #node: string | null = null;

  get isMoving(): boolean {
    return this.run !== null;
  }

  /** How far a column belongs from its place in the layout. */
  offset(id: string): Offset {
    return this.#offsets.get(id) ?? NOWHERE;
  }

  /**
   * Puts the columns where a plan wants them, and moves them there from where they are seen now.
   * A layout that changes its mind on the way changes the goal, not the clock; where nothing opens,
   * closes or moves, columns are simply where they should be.
   */
  goTo(plan: RoomPlan | null, columns: readonly Placed[], move: Move): void {
    const [left, before] = [this.#node, this.run];
    const from = this.#seen(columns, move.camera());
    // A clock that is stopped has no time.
    const rest_ms = before ? before.length_ms - timeOf(before) : 0;
    const isFirst = this.#places.size === 0;
    this.#node = plan?.node ?? null;
    this.#offsets = plan?.offsets ?? NONE;
    this.#places = new Map(columns.map(({ id, x, y, w }) => [id, { x, y, w }]));
    this.isOpen = plan !== null;
    move.aim();
    this.finish();
    const isNew = left !== this.#node;
    const onTheWay = isNew ? null : before;
    if (isFirst || move.length_ms === 0 || !(isNew || onTheWay)) return;
    const camera = move.camera();
    const to = new Map(columns.map(({ id }) => [id, shifted(camera, this.offset(id))]));
    const length_ms = onTheWay ? rest_ms : move.length_ms;
    // Changes nothing; but a clock without an effect would make the page work at every frame.
    const clock = move.surface.animate(
      { opacity: [1, 1] },
      { duration: length_ms, easing: EASING },
    );
    clock.onfinish = () => this.finish();
    const origin = onTheWay ? onTheWay.left : left;
    this.run = { from, to, left: origin, node: this.#node, clock, length_ms };
  }

  /** Ends a move: everything is where it belongs. */
  finish(): void {
    this.run?.clock.cancel();
    this.run = null;
  }

  /** For a view that goes away: nothing runs, and nothing that goes with it is told. */
  stop(): void {
    this.run?.clock.cancel();
  }

  /** Moves what lies in the element, whose corner is the view's, together with a column. */
  carry(id: string): Attachment<HTMLElement> {
    return (element) => {
      const [from, to] = [this.run?.from.get(id), this.run?.to.get(id)];
      if (!this.run || !from || !to) return;
      const k = from.k / to.k;
      const [x, y] = [from.x - to.x * k, from.y - to.y * k];
      if (k === 1 && Math.hypot(x, y) < 0.5) return;
      const keyframes = { translate: [`${x}px ${y}px`, '0px 0px'], scale: [k, 1] };
      return this.#animate(element, this.run, keyframes);
    };
  }

  /** Lets an element come or go with a move: its opacity at even steps of the move; null: it stays. */
  fade(opacityOf: (run: Run) => number[] | null): Attachment<HTMLElement> {
    return (element) => {
      const opacity = this.run && opacityOf(this.run);
      return this.run && opacity ? this.#animate(element, this.run, { opacity }) : undefined;
    };
  }

  #animate(element: Element, { clock, length_ms }: Run, keyframes: PropertyIndexedKeyframes) {
    const animation = element.animate(keyframes, { duration: length_ms, easing: EASING });
    // Who joins late is as far as the others.
    if (clock.startTime !== null) animation.startTime = clock.startTime;
    return () => animation.cancel();
  }

  /** How every column is seen now, though the layout may place it elsewhere, or larger, from now on. */
  #seen(columns: readonly Placed[], camera: Camera): Map<string, Camera> {
    const { run } = this;
    const share = run ? ease(timeOf(run) / run.length_ms) : 1;
    return new Map(
      columns.map(({ id, x, y, w }) => {
        const place = this.#places.get(id) ?? { x, y, w };
        const [from, to] = [run?.from.get(id), run?.to.get(id)];
        const seen = from && to ? mixed(from, to, share) : shifted(camera, this.offset(id));
        const k = (seen.k * place.w) / w;
        const [left, top] = [seen.x + place.x * seen.k, seen.y + place.y * seen.k];
        return [id, { k, x: left - x * k, y: top - y * k }];
      }),
    );
  }
}

function timeOf({ clock }: Run): number {
  return Number(clock.currentTime ?? 0);
}

/** How a view of the world shows what stands elsewhere by an offset. */
export function shifted({ k, x, y }: Camera, offset: Offset): Camera {
  return { k, x: x + offset.x * k, y: y + offset.y * k };
}

function mixed(from: Camera, to: Camera, share: number): Camera {
  const mix = (part: keyof Camera) => from[part] + (to[part] - from[part]) * share;
  return { k: mix('k'), x: mix('x'), y: mix('y') };
}

/** Slow at both ends; cubic. */
export function ease(share: number): number {
  return share * share * (3 - 2 * share);
}

/** A time of the tokens, ms; 0 where motion is not wanted. */
export function readTime(token: string, element: Element): number {
  const text = getComputedStyle(element).getPropertyValue(token).trim();
  // Builds write 500ms as .5s.
  return (parseFloat(text) || 0) * (text.endsWith('ms') ? 1 : 1000);
}
