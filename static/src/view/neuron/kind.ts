/** What every view of one neuron gets, in the room that opens beside the neuron's column. */
import type { Theme } from '../../core/colour';
import type { NodeInfo } from '../../core/types';
import type { Look, Place } from '../../state/look.svelte';
import type { Player } from '../../state/player.svelte';
import type { Scales } from '../../state/scales.svelte';

export interface KindProps {
  look: Look;
  scales: Scales;
  node: NodeInfo;
  /** Map of the node; element of a vector. */
  channel: number;
  /** The chosen cell; where the window stands while it moves is `look.cursor`. */
  cell: { y: number; x: number } | null;
  theme: Theme;
  /** Of the room, CSS pixels. */
  width: number;
  height: number;
  /** Its `count` is the view's to set; it is stopped when the room closes. */
  player: Player;
  onplace: (place: Place | { node: string }) => void;
}
