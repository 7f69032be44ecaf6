/** Where a window stands: moved by hand, keys or the player, and chosen where it comes to rest. */
import { untrack } from 'svelte';
import type { Cell } from '../../../core/pan';
import type { Size } from '../../../core/products';
import type { CanvasProps } from '../kind';

/** A window that has not moved for so long has come to rest, ms. */
const REST_MS = 400;

interface Given extends Pick<CanvasProps, 'look' | 'player' | 'cell'> {
  out: Size;
  onrest: (cell: Cell) => void;
}

export class Walk {
  #given: () => Given;
  /** Keys or the player have moved it: it stays where it stops. */
  #isOwn = $state(false);
  /** The cell that the window makes; null while none is chosen. */
  at: Cell | null = $derived.by(() => this.#given().look.cursor ?? this.#given().cell);

  /** The same for numbers that are read. */
  read: Cell | null = $derived.by(() => this.#given().look.followed ?? this.#given().cell);

  /** To be made by a component: it follows its state while that lives. */
  constructor(given: () => Given) {
    this.#given = given;
    $effect(() => {
      const { player, out } = given();
      player.count = out.height * out.width;
    });
    // The player follows the window that a hand has moved, and stops ...
    $effect(() => {
      const { at } = this;
      untrack(() => this.#tellPlayer(at));
    });
    // ... and the window follows the player.
    $effect(() => {
      const { player } = untrack(given);
      const { position, playing } = player;
      untrack(() => this.#followPlayer(position, playing));
    });
    $effect(() => {
      const { look, player } = given();
      const { cursor } = look;
      if (!this.#isOwn || !cursor || player.playing) return;
      const rest = setTimeout(() => this.choose(cursor), REST_MS);
      return () => clearTimeout(rest);
    });
    $effect(() => () => (given().look.cursor = null));
  }

  moveTo(cell: Cell): void {
    this.#isOwn = true;
    this.#given().look.cursor = cell;
  }

  /** A pointer leads the window: it rests only where that says so. */
  lead(): void {
    this.#isOwn = false;
  }

  choose(cell: Cell): void {
    this.#isOwn = false;
    const { onrest, look } = this.#given();
    onrest(cell);
    look.cursor = null;
  }

  #tellPlayer(at: Cell | null): void {
    const { player, out } = this.#given();
    const position = at ? at.y * out.width + at.x : 0;
    if (position !== player.position && (at || !player.playing)) player.seek(position);
  }

  #followPlayer(position: number, isPlaying: boolean): void {
    const { width } = this.#given().out;
    const { at } = this;
    const stands = at ? at.y * width + at.x : isPlaying ? -1 : 0;
    if (position !== stands) this.moveTo({ y: Math.floor(position / width), x: position % width });
  }
}
