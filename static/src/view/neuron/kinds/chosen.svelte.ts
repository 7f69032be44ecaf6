/** The cell that a view shows in numbers: under the hand, else the chosen one, else the strongest. */
import { cellIndex, mapStack } from '../../../core/maps';
import { indexOf, isVector, sheetOf, squareOf } from '../../../core/sheet';
import type { NodeInfo } from '../../../core/types';
import type { Place } from '../../../state/look.svelte';
import type { KindProps } from '../kind';

type Given = Pick<KindProps, 'look' | 'node' | 'channel' | 'cell' | 'onplace'>;
interface Square {
  y: number;
  x: number;
}

export class ChosenCell {
  #given: () => Given;
  /** Of a vector, where another number is another channel. */
  #hovered: number | null = $state(null);

  constructor(given: () => Given) {
    this.#given = given;
  }

  /** Place of the cell among all values of the node. */
  index: number = $derived.by(() => this.#asked ?? this.#strongest);

  place: Required<Place> = $derived.by(() => this.#placeOf(this.index));

  get isChosen(): boolean {
    return this.#asked !== null;
  }

  /**
   * The channel that shows the cell on a node whose values stand in the same order, the cell there,
   * and what a hand on it does.
   */
  on(node: NodeInfo) {
    const { channel, square } = squareOf(node, this.index);
    const indexAt = (at: Square) => indexOf(node, channel, at);
    return {
      channel,
      cursor: square,
      onhover: (at: Square | null) => this.hover(at && indexAt(at)),
      onchoose: (at: Square) => this.choose(indexAt(at)),
    };
  }

  /** Previews a cell; null ends it. */
  hover(index: number | null): void {
    const { look, node } = this.#given();
    const place = index === null ? null : this.#placeOf(index);
    look.hover = place;
    if (isVector(node)) this.#hovered = index;
    else look.cursor = place && { y: place.y, x: place.x };
  }

  /** Chooses a cell for good. */
  choose(index: number | null): void {
    if (index !== null) this.#given().onplace(this.#placeOf(index));
  }

  #placeOf(index: number): Required<Place> {
    const { node } = this.#given();
    const { height, width } = mapStack(node);
    const within = index % (height * width);
    return {
      node: node.id,
      channel: Math.floor(index / (height * width)),
      ...{ y: Math.floor(within / width), x: within % width },
    };
  }

  get #asked(): number | null {
    const { look, node, channel, cell } = this.#given();
    if (isVector(node)) return this.#hovered ?? channel;
    const at = look.cursor ?? cell;
    return at && cellIndex(mapStack(node), channel, at.y, at.x);
  }

  /** The largest value of the channel. */
  get #strongest(): number {
    const { look, node, channel } = this.#given();
    const { count } = sheetOf(node);
    const own = look.exact.get(node.id)?.subarray(channel * count, (channel + 1) * count);
    if (!own || own.length === 0) return channel * count;
    return channel * count + own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  }
}
