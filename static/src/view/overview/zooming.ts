/** Zoom and pan of the stage by wheel, drag, pinch, keys and buttons. */
import { select } from 'd3-selection';
import { zoom, zoomIdentity, type D3ZoomEvent } from 'd3-zoom';
import type { Place } from '../../state/look.svelte';
import type { Stage } from './stage.svelte';

/** Moves smaller than this are a press, not a drag. */
const PRESS_PX = 4;
const LARGEST = 16;
/** The network can be moved up this far, from under the buttons in the corner. */
const BELOW_PX = 110;

export class Zooming {
  #stage: Stage;
  #surface: HTMLElement | null = null;
  #behaviour = zoom<HTMLElement, unknown>()
    .filter((event: MouseEvent | WheelEvent) => !event.button && event.type !== 'dblclick')
    .clickDistance(PRESS_PX)
    .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
      const { k, x, y } = event.transform;
      this.#stage.transform = { k, x, y };
    });

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Listens on an element; returns how to stop. */
  attach(surface: HTMLElement): () => void {
    this.#surface = surface;
    const selection = select(surface).call(this.#behaviour);
    return () => selection.on('.zoom', null);
  }

  /** Keeps the world in the view after either has changed its size. */
  limit(): void {
    const { width, height, layout } = this.#stage;
    const whole = Math.min(1, height / layout.height);
    this.#behaviour
      .extent([
        [0, 0],
        [width, height],
      ])
      .translateExtent([
        [0, 0],
        [Math.max(width, layout.width), Math.max(height, layout.height + BELOW_PX)],
      ])
      .scaleExtent([Math.max(0.1, whole), LARGEST]);
    if (this.#surface) this.#behaviour.translateBy(select(this.#surface), 0, 0);
  }

  /** Zooms by a factor about the middle; 0 shows the network as it was laid out. */
  by(factor: number): void {
    if (!this.#surface) return;
    const selection = select(this.#surface);
    if (factor === 0) this.#behaviour.transform(selection, zoomIdentity);
    else this.#behaviour.scaleBy(selection, factor);
  }

  /** Brings a map into view when it lies outside. */
  reveal(place: Place): void {
    const { width, height, transform } = this.#stage;
    const box = this.#stage.box(place.node, place.channel);
    if (!box || !this.#surface) return;
    const { k, x, y } = transform;
    const [left, top] = [box.x * k + x, box.y * k + y];
    const isSeen = left >= 0 && top >= 0 && left + box.w * k <= width && top + box.h * k <= height;
    if (isSeen) return;
    this.#behaviour.translateTo(select(this.#surface), box.x + box.w / 2, box.y + box.h / 2);
  }
}
