/** The cell that a view shows in numbers: under the hand, else the chosen one, else the strongest. */
import { cellIndex, mapStack } from '../../../core/maps';
import { isVector, placeAt, sheetOf, squareAt } from '../../../core/sheet';
import type { Place } from '../../../state/look.svelte';
import type { KindProps } from '../kind';

type Given = Pick<KindProps, 'look' | 'node' | 'channel' | 'cell' | 'onplace'>;
interface Square {
  y: number;
  x: number;
}

export class Spot {
  #given: () => Given;
  /** Of a vector, where another square is another channel. */
  #hovered: Square | null = $state.raw(null);

  constructor(given: () => Given) {
    this.#given = given;
  }

  /** The square of the node's sheet, and whether somebody chose it. */
  square: Square = $derived.by(() => this.#asked ?? this.#strongest);

  place: Required<Place> = $derived.by(() => {
    const { node, channel } = this.#given();
    const at = placeAt(node, channel, this.square) ?? { channel, y: 0, x: 0 };
    return { node: node.id, ...at };
  });

  /** Place of the cell among all values of the node. */
  index: number = $derived.by(() => {
    const { channel, y, x } = this.place;
    return cellIndex(mapStack(this.#given().node), channel, y, x);
  });

  get isChosen(): boolean {
    return this.#asked !== null;
  }

  /** Previews a square; null ends it. */
  hover(square: Square | null): void {
    const { look, node, channel } = this.#given();
    const place = square && placeAt(node, channel, square);
    look.hover = place && { node: node.id, ...place };
    if (isVector(node)) this.#hovered = square;
    else look.cursor = place && { y: place.y, x: place.x };
  }

  /** Chooses a square for good. */
  choose(square: Square): void {
    const { node, channel, onplace } = this.#given();
    const place = placeAt(node, channel, square);
    if (place) onplace({ node: node.id, ...place });
  }

  get #asked(): Square | null {
    const { look, node, channel, cell } = this.#given();
    if (isVector(node)) return this.#hovered ?? squareAt(node, channel, null);
    return squareAt(node, channel, look.cursor ?? cell);
  }

  /** The largest value of the channel. */
  get #strongest(): Square {
    const { look, node, channel } = this.#given();
    const { columns, count } = sheetOf(node);
    const values = look.exact.get(node.id);
    const start = isVector(node) ? 0 : channel * count;
    let best = 0;
    for (let i = 1; values && i < count; i++) {
      if ((values[start + i] as number) > (values[start + best] as number)) best = i;
    }
    return { y: Math.floor(best / columns), x: best % columns };
  }
}
