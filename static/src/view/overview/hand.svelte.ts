/** What a pointer does on the stage: it points, presses, and moves the window of an open room. */
import type { Look, Place } from '../../state/look.svelte';
import type { Stage } from './stage.svelte';

/** Moves smaller than this are a press. */
const DRAG_PX = 4;

interface Given {
  look: Look;
  stage: Stage;
  pinned: Place | null;
  onpin: (place: Place | null) => void;
}

export class Hand {
  /** In CSS pixels of the stage. */
  at = $state.raw({ x: 0, y: 0 });
  #given: () => Given;
  /** Where a press on the room's window began: from there it moves the window, not the view. */
  #held: { x: number; y: number } | null = null;
  #isDrag = false;
  /** The window stands where the pointer is. */
  #isFollowed = false;

  constructor(given: () => Given) {
    this.#given = given;
  }

  move = (event: PointerEvent): void => {
    if (!this.#held && (event.pointerType !== 'mouse' || event.buttons)) return;
    this.#locate(event);
    const { look, stage } = this.#given();
    look.hover = stage.placeAt(this.at.x, this.at.y);
    this.#follow();
  };

  press = (event: PointerEvent): void => {
    this.#locate(event);
    this.#isDrag = false;
    this.#held = this.#given().stage.grabAt(this.at.x, this.at.y) && this.at;
    if (!this.#held) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#follow();
  };

  release = (event: PointerEvent): void => {
    this.#locate(event);
    const { x, y } = this.#held ?? this.at;
    this.#isDrag = Math.hypot(this.at.x - x, this.at.y - y) > DRAG_PX;
    this.#held = null;
    if (this.#isDrag) this.#rest();
  };

  cancel = (): void => {
    this.#held = null;
  };

  leave = (): void => {
    const { look } = this.#given();
    look.hover = null;
    if (this.#isFollowed) look.cursor = null;
    this.#isFollowed = false;
  };

  // Clicks come in whole pixels, which can be another cell than the one that is pointed at.
  click = (): void => {
    if (this.#isDrag) return;
    const { stage, onpin } = this.#given();
    const place = stage.placeAt(this.at.x, this.at.y);
    if (!place && stage.isInRoom(this.at.x, this.at.y)) this.#rest();
    else onpin(place);
  };

  #locate(event: PointerEvent): void {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    this.at = { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** Moves the window of the open room to what is pointed at, or back to where it rests. */
  #follow(): void {
    const { look, stage } = this.#given();
    const cell = stage.grabAt(this.at.x, this.at.y);
    if (cell || this.#isFollowed) look.cursor = cell;
    this.#isFollowed = cell !== null;
  }

  /** The window stays where it is: the cell is chosen. */
  #rest(): void {
    const { look, pinned, onpin } = this.#given();
    if (pinned && look.cursor) onpin({ ...pinned, ...look.cursor });
  }
}
