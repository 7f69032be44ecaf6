/** What every view of one neuron gets, in the room that opens beside the neuron's column. */
import type { Attachment } from 'svelte/attachments';
import type { Theme } from '../../core/colour';
import type { CellBox, Layout } from '../../core/layout';
import type { RoomPlan } from '../../core/room';
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

/** What a view gets that draws on the canvas around its room. */
export interface CanvasProps extends KindProps {
  stage: RoomStage;
}

/** The canvas around a room, for views that draw on it; places are in px of its world. */
export interface RoomStage {
  /** World to screen: screen = world * k + (x, y), CSS pixels. */
  readonly transform: { k: number; x: number; y: number };
  readonly width: number;
  readonly height: number;
  readonly layout: Layout;
  readonly plan: RoomPlan | null;
  readonly slide: {
    readonly isMoving: boolean;
    /** Lets an element come with the move; null where it does not. */
    fade: (opacity: () => number[] | null) => Attachment<HTMLElement>;
  };
  /** The maps of a node where they stand while the room is open. */
  cellsOf: (node: string) => readonly CellBox[];
  /** Orders the maps of a column while the room is open. */
  ranking: { node: string; channels: readonly number[] } | null;
  /** Answers where the room's window should stand for a point of the world. */
  grab: ((x: number, y: number) => { y: number; x: number } | null) | null;
}
