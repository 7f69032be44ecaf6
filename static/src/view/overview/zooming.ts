/** Zoom and pan of the stage by wheel, drag, pinch, keys and buttons. */
import { select } from 'd3-selection';
import { zoom, zoomIdentity, ZoomTransform, type D3ZoomEvent } from 'd3-zoom';
import type { Box } from '../../core/layout';
import type { Place } from '../../state/look.svelte';
import type { Stage } from './stage.svelte';

/** Moves smaller than this are a press, not a drag. */
const PRESS_PX = 4;
const LARGEST = 16;
/** The network can be moved up this far, from under the buttons in the corner. */
const BELOW_PX = 110;
/** Clear space around what is brought into view. */
const MARGIN_PX = 8;

type Transform = Stage['transform'];

export class Zooming {
  #stage: Stage;
  #surface: HTMLElement | null = null;
  #behaviour = zoom<HTMLElement, unknown>()
    .filter((event: MouseEvent | WheelEvent) => {
      return !event.button && event.type !== 'dblclick' && !this.#isHeld(event);
    })
    .clickDistance(PRESS_PX)
    .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
      const { k, x, y } = event.transform;
      this.#stage.transform = { k, x, y };
      if (!event.sourceEvent) return;
      this.#byHand = true;
      this.#stage.slide.finish();
    });
  /** Whether a hand has moved the view since it last went by itself. */
  #byHand = false;
  /** The view before a room was opened. */
  #before: Transform | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Listens on an element; returns how to stop. */
  attach(surface: HTMLElement): () => void {
    this.#surface = surface;
    const selection = select(surface).call(this.#behaviour);
    return () => selection.on('.zoom', null);
  }

  /** A press on a map in an open room moves the room's window, not the view. */
  #isHeld(event: MouseEvent | TouchEvent): boolean {
    const finger = 'touches' in event ? event.touches[0] : event;
    if (event.type === 'wheel' || !finger || ('touches' in event && event.touches.length > 1)) {
      return false;
    }
    const box = this.#surface?.getBoundingClientRect();
    return (
      box !== undefined &&
      this.#stage.grabAt(finger.clientX - box.left, finger.clientY - box.top) !== null
    );
  }

  /** Keeps the world in the view after either has changed its size. */
  limit(): void {
    const { width, height, world } = this.#stage;
    const whole = Math.min(1, height / world.height);
    this.#behaviour
      .extent([
        [0, 0],
        [width, height],
      ])
      .translateExtent([
        [0, 0],
        [Math.max(width, world.width), Math.max(height, world.height + BELOW_PX)],
      ])
      .scaleExtent([Math.max(0.1, whole), LARGEST]);
    if (this.#surface) this.#behaviour.translateBy(select(this.#surface), 0, 0);
  }

  /** Zooms by a factor about the middle; 0 shows the network as it was laid out. */
  by(factor: number): void {
    if (!this.#surface) return;
    this.#stage.slide.finish();
    const selection = select(this.#surface);
    if (factor === 0) this.#behaviour.transform(selection, zoomIdentity);
    else this.#behaviour.scaleBy(selection, factor);
  }

  /** Moves the view so that an element on it is seen, where it is not. */
  show(element: Element): void {
    const view = this.#surface?.getBoundingClientRect();
    if (!view || !this.#surface || !element.matches(':focus-visible')) return;
    const box = element.getBoundingClientRect();
    const by = (from: number, to: number, start: number, end: number) =>
      from < start ? start - from + MARGIN_PX : to > end ? Math.max(end - to, start - from) : 0;
    const across = by(box.left, box.right, view.left, view.right);
    const down = by(box.top, box.bottom, view.top, view.bottom);
    const { k } = this.#stage.transform;
    if (across || down) this.#behaviour.translateBy(select(this.#surface), across / k, down / k);
  }

  /** Brings a map into view when it lies outside. */
  reveal(place: Place): void {
    const { width, height, transform } = this.#stage;
    const box = this.#stage.cellsOf(place.node).find(({ channel }) => channel === place.channel);
    if (!box || !this.#surface) return;
    const { k, x, y } = transform;
    const [left, top] = [box.x * k + x, box.y * k + y];
    const isSeen = left >= 0 && top >= 0 && left + box.w * k <= width && top + box.h * k <= height;
    if (isSeen) return;
    this.#behaviour.translateTo(select(this.#surface), box.x + box.w / 2, box.y + box.h / 2);
  }

  /**
   * Brings the view to where a box is seen, and within it the target above all; for null back to
   * where it was before, but where a hand has moved it since.
   */
  aim(seen: Box | null, target: Box | null): void {
    const from = this.#stage.transform;
    this.#before ??= from;
    const goal = seen ? this.#fitting(seen, target ?? seen) : this.#byHand ? from : this.#before;
    if (!seen) this.#before = null;
    this.#byHand = false;
    if (!this.#surface) return;
    const next = new ZoomTransform(goal.k, goal.x, goal.y);
    this.#behaviour.transform(select(this.#surface), next);
    this.limit();
  }

  /** The view that shows a box: not smaller than drawn, and moved no more than needed. */
  #fitting(box: Box, target: Box): Transform {
    const { width, height } = this.#stage;
    const transform = this.#byHand
      ? this.#stage.transform
      : (this.#before ?? this.#stage.transform);
    const room = { w: width - 2 * MARGIN_PX, h: height - 2 * MARGIN_PX };
    const most = Math.max(1, Math.min(room.w / box.w, room.h / box.h));
    const k = Math.min(most, Math.max(1, transform.k));
    const into = (start: number, size: number, at: number, whole: number) => {
      const [last, first] = [whole - MARGIN_PX - (start + size) * k, MARGIN_PX - start * k];
      return last < first ? first : Math.min(last, Math.max(first, at));
    };
    const x = into(box.x, box.w, transform.x, width);
    const y = into(box.y, box.h, transform.y, height);
    return {
      ...{ k, x: into(target.x, target.w, x, width), y: into(target.y, target.h, y, height) },
    };
  }
}
