/** The overview as data: layout, painted atlases, what is pointed at; the component only draws it. */
import { cssColour, TABLE_SIZE, valueColour, type Theme } from '../../core/colour';
import { fieldOf, windowsOf, type Area } from '../../core/fields';
import {
  hitTest,
  makeLayout,
  PICTURE,
  type Box,
  type CellBox,
  type Column,
  type Density,
} from '../../core/layout';
import { symmetricRange } from '../../core/kernels';
import { SPACE_PX } from '../../core/layoutFrame';
import { movedBox, planRoom, type RoomPlan } from '../../core/room';
import { incoming, outgoing, type ChannelLink } from '../../core/links';
import { cellAddress, mapStack } from '../../core/maps';
import type { ChannelOrder } from '../../core/order';
import { makeAtlas, paintAtlas, type Atlas } from '../../draw/atlas';
import type { Link, OverlayData } from '../../draw/overlay';
import { isVisible, type DrawnColumn, type Edge, type View } from '../../draw/scene';
import type { Range } from '../../core/types';
import type { Look, Place } from '../../state/look.svelte';
import type { Scales } from '../../state/scales.svelte';
import { groupsOf, type Group } from './groups';
import { Reveal } from './reveal.svelte';
import { shifted, Slide } from './slide.svelte';

export interface StageOptions {
  theme: () => Theme;
  order: () => ChannelOrder;
  density: () => Density;
  pinned: () => Place | null;
  /** The node and channel whose room is open. */
  room?: () => { node: string; channel: number } | null;
}

/** What the view of a neuron needs beside a column, and above a band; and takes where it is free. */
const ROOM = { width: 440, least: 420, band: 520 };
const TALLEST_ROOM_PX = 620;

/** More faint links than this, in all or between two columns, are a slab, not texture. */
const FAINT_MOST = 4000;
const FAINT_BETWEEN = 160;
/** Fewer would leave links in or out of a pointed map unseen; more cannot be told apart. */
const LINKS_MOST = 300;

/** One and the same map, so that a layout by number rests when pictures change. */
const BY_NUMBER: ReadonlyMap<string, readonly number[]> = new Map();

export class Stage {
  width = $state(0);
  height = $state(0);
  transform = $state.raw({ k: 1, x: 0, y: 0 });
  slide = new Slide();
  /** Gradients appear from the loss back to the input. */
  reveal = new Reveal();
  /** Channels of a node in an order that an open room asks for, as many as its column shows. */
  ranking: { node: string; channels: readonly number[] } | null = $state.raw(null);
  /**
   * What an open room makes of a point of the world: the cell that its window should stand on, or
   * null where the point means nothing to it.
   */
  grab: ((x: number, y: number) => { y: number; x: number } | null) | null = $state.raw(null);

  #look: Look;
  #scales: Scales;
  #options: StageOptions;
  #atlases = new Map<string, Atlas>();
  /** What each atlas shows, by its key: it is painted again only for something else. */
  #shown = new Map<string, { of: readonly unknown[]; drawn: DrawnColumn }>();
  #colours = new Uint32Array(TABLE_SIZE);

  /** Channels by node in the chosen order; empty (= by number) until there is a trace. */
  #orders: ReadonlyMap<string, readonly number[]> = $derived.by(() => {
    const order = this.#options.order();
    if (order === 'index' || !this.#look.trace) return BY_NUMBER;
    return new Map(this.#look.card.nodes.map(({ id }) => [id, this.#scales.order(id, order)]));
  });

  /** Where every column stands without a room, and shows what. */
  placed = $derived.by(() =>
    makeLayout(this.#look.card.nodes, {
      width: Math.max(280, this.width),
      height: Math.max(200, this.height),
      density: this.#options.density(),
      order: (id) => this.#orders.get(id),
    }),
  );

  /** The columns as they would stand without a room; one of them may be in a room's order. */
  layout = $derived.by(() => {
    const { ranking, placed } = this;
    const node = this.#opened;
    const channel = this.#openedChannel;
    const columns = placed.columns.map((column) => {
      if (column.id === ranking?.node) return ranked(column, ranking.channels);
      return column.id === node ? holding(column, channel) : column;
    });
    const isSame = columns.every((column, i) => column === placed.columns[i]);
    return isSame ? placed : { ...placed, columns };
  });

  #opened = $derived.by(() => this.#options.room?.()?.node ?? null);
  #openedChannel = $derived.by(() => this.#options.room?.()?.channel ?? 0);

  /** Where the room of the opened neuron is, and who makes way. */
  plan: RoomPlan | null = $derived.by(() => {
    const node = this.#opened === null ? undefined : this.#look.nodes.get(this.#opened);
    if (!node || node.op === 'input') return null;
    const [source = null, ...more] = node.inputs;
    const isOneRow = this.placed.columns.every(({ row }) => row === 0);
    const free = isOneRow ? Math.min(TALLEST_ROOM_PX, this.height - 2 * SPACE_PX) : 0;
    const size = { ...ROOM, least: Math.max(ROOM.least, free) };
    return planRoom(this.placed, node.id, more.length > 0 ? null : source, size);
  });

  /** Size of the world, with the room that is open or about to close. */
  world = $derived.by(() => {
    const { width, height } = this.plan ?? this.placed;
    const more = this.slide.isOpen && !this.plan ? ROOM.width + ROOM.band : 0;
    return { width: width + more, height: height + more };
  });

  columns = $derived(new Map(this.layout.columns.map((column) => [column.id, column])));

  /** Cells by node and channel. */
  #boxes = $derived(
    new Map(
      this.layout.columns.map(({ id, cells }) => [
        id,
        new Map(cells.map((cell) => [cell.channel, cell])),
      ]),
    ),
  );

  /** The columns in view, their maps painted before they are drawn. */
  painted: readonly DrawnColumn[] = $derived.by(() => {
    const seen = this.layout.columns.filter((column) => isVisible(column, this.viewOf(column.id)));
    return seen.flatMap((column) => {
      const shift = this.slide.offset(column.id);
      const share = this.shareOf(column.id);
      return this.#paint(column).map((drawn) => ({ ...drawn, shift, share }));
    });
  });

  /** The columns that make way, those together that go the same way. */
  moving: readonly Group[] = $derived.by(() => {
    const { run } = this.slide;
    const viewsOf = (id: string) => {
      const to = this.viewOf(id);
      return [{ ...to, ...run?.from.get(id) }, to];
    };
    return run ? groupsOf(this.layout.columns, viewsOf, (column) => this.#paint(column)) : [];
  });

  edges: readonly Edge[] = $derived.by(() => this.#faintEdges());

  /** The links in and out of what is pointed at or pinned. */
  #links: readonly ChannelLink[] = $derived.by(() => this.#findLinks());

  /** The part of the network's input that the cell under the pointer can depend on. */
  field: Area | null = $derived.by(() => this.#findField());

  /** The window on the inputs and the receptive field, in the world. */
  windows: readonly Box[] = $derived.by(() => this.#windows());

  overlay: OverlayData = $derived.by(() => this.#overlay());

  /** The scale of the coloured links: sums of weights; null while no link is weighed. */
  linkRange: Range | null = $derived.by(() => {
    const range = symmetricRange(this.#links.map(({ weight }) => weight ?? 0));
    return range[1] > 0 ? range : null;
  });

  constructor(look: Look, scales: Scales, options: StageOptions) {
    this.#look = look;
    this.#scales = scales;
    this.#options = options;
  }

  /** World to screen for one column, where it belongs. */
  viewOf(id: string): View {
    const { width, height } = this;
    return { ...shifted(this.transform, this.slide.offset(id)), width, height, ratio: 1 };
  }

  /** Whether a node reads another. */
  isInput(node: string, input: string): boolean {
    return this.#look.nodes.get(node)?.inputs.includes(input) ?? false;
  }

  /** How much of a column is there while columns appear, 0 to 1. */
  shareOf(id: string): number {
    if (!this.reveal.isRunning) return 1;
    const { nodes } = this.#look.card;
    return this.reveal.shareOf(nodes.findIndex((node) => node.id === id) / (nodes.length - 1));
  }

  /** The maps of a node where they stand once columns have made way. */
  cellsOf(node: string): readonly CellBox[] {
    const offset = this.plan?.offsets.get(node) ?? { x: 0, y: 0 };
    return this.columns.get(node)?.cells.map((cell) => movedBox(cell, offset)) ?? [];
  }

  /** Where a map stands in the layout; a column that has made way is elsewhere: see `viewOf`. */
  box(node: string, channel: number): Box | null {
    return this.#boxes.get(node)?.get(channel) ?? null;
  }

  /** The place under a point of the view, in CSS pixels. */
  placeAt(x: number, y: number): Place | null {
    const { k, x: left, y: top } = this.transform;
    const hit = hitTest(this.layout, (x - left) / k, (y - top) / k, (id) => this.slide.offset(id));
    if (!hit || hit.column.id === PICTURE) return null;
    const { column, cell } = hit;
    const own = this.viewOf(column.id);
    const [worldX, worldY] = [(x - own.x) / k, (y - own.y) / k];
    const stack = mapStack(this.#look.node(column.id));
    const inside = (at: number, size: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor((at / size) * count)));
    return {
      node: column.id,
      channel: cell.channel,
      y: inside(worldY - cell.y, cell.h, stack.height),
      x: inside(worldX - cell.x, cell.w, stack.width),
    };
  }

  /** The cell that an open room's window should stand on for a point of the view, CSS pixels. */
  grabAt(x: number, y: number): { y: number; x: number } | null {
    const { k, x: left, y: top } = this.transform;
    return this.grab?.((x - left) / k, (y - top) / k) ?? null;
  }

  /** Whether a point of the view lies in the open room. */
  isInRoom(x: number, y: number): boolean {
    const { k, x: left, y: top } = this.transform;
    const [at, down] = [(x - left) / k, (y - top) / k];
    const box = this.plan?.box;
    return box ? at >= box.x && down >= box.y && at < box.x + box.w && down < box.y + box.h : false;
  }

  #atlas(key: string, id: string): Atlas {
    const atlas = this.#atlases.get(key) ?? makeAtlas(mapStack(this.#look.node(id)));
    this.#atlases.set(key, atlas);
    return atlas;
  }

  #paint(column: Column): DrawnColumn[] {
    const bytes = column.id === PICTURE ? undefined : this.#scales.bytes(column.id);
    if (!bytes || (column.kind === 'bars' && column.op === 'softmax')) return [];
    const theme = this.#options.theme();
    const { cells, id } = column;
    const key = `${this.#look.card.id} ${id}`;
    const of = [this.#scales.trace, this.#scales.mode, theme, cells];
    const before = this.#shown.get(key);
    if (before?.of.every((each, i) => each === of[i])) return [before.drawn];
    const atlas = this.#atlas(key, id);
    const channels = cells.map((cell) => cell.channel);
    paintAtlas(atlas, bytes, channels, (c) => this.#scales.table(id, c, theme, this.#colours));
    const drawn = { cells, atlas, dead: this.#scales.dead(id) };
    this.#shown.set(key, { of, drawn });
    return [drawn];
  }

  #faintEdges(): Edge[] {
    const edges: Edge[] = [];
    for (const node of this.#look.card.nodes) {
      const to = this.columns.get(node.id);
      for (const input of node.inputs) {
        const from = this.columns.get(input);
        if (from && to) edges.push(...thinned(this.#faintBetween(from, to), FAINT_BETWEEN));
      }
      if (edges.length > FAINT_MOST) return edges.slice(0, FAINT_MOST);
    }
    return edges;
  }

  #faintBetween(from: Column, to: Column): Edge[] {
    const node = this.#look.node(to.id);
    const network = { nodes: this.#look.nodes, weights: EMPTY };
    return to.cells.flatMap((cell) =>
      incoming(network, { node: node.id, channel: cell.channel }).flatMap((link) => {
        const box = link.from.node === from.id ? this.box(from.id, link.from.channel) : null;
        return box ? [{ from: box, to: cell }] : [];
      }),
    );
  }

  #findLinks(): ChannelLink[] {
    const place = this.#look.hover ?? this.#options.pinned();
    if (!place || !this.box(place.node, place.channel)) return [];
    const network = { nodes: this.#look.nodes, weights: this.#look.weights };
    const shown = (id: string) => this.#boxes.get(id)?.keys() ?? [];
    return [...incoming(network, place), ...outgoing(network, place, shown)];
  }

  /** While a room is open: the opened map and what it is made of stay bright. */
  #roomOverlay({ node }: RoomPlan): OverlayData {
    const channel = this.#options.room?.()?.channel ?? 0;
    const target = this.cellsOf(node).find((cell) => cell.channel === channel) ?? null;
    const lit = this.#look.node(node).inputs.flatMap((input) => this.cellsOf(input));
    return { links: [], lit, target, dim: 1 };
  }

  #overlay(): OverlayData {
    if (this.plan) return this.#roomOverlay(this.plan);
    const place = this.#look.hover ?? this.#options.pinned();
    const target = place && this.box(place.node, place.channel);
    if (!place || !target) return { links: [], lit: [], target: null, dim: 0 };
    const links = this.#drawn(this.#links);
    const lit = links.flatMap(({ from, to }) => [from, to]).filter((box) => box !== target);
    return { links, lit: [...new Set(lit)], target, dim: 1 };
  }

  /** Whether what is pointed at or pinned has a place on the drawing. */
  #isShown(): boolean {
    const place = this.#look.hover ?? this.#options.pinned();
    return Boolean(this.plan || (place && this.box(place.node, place.channel)));
  }

  #drawn(links: readonly ChannelLink[]): Link[] {
    const range = this.linkRange;
    const theme = this.#options.theme();
    const drawn = links.flatMap(({ from, to, weight, strength }) => {
      const [start, end] = [this.box(from.node, from.channel), this.box(to.node, to.channel)];
      if (!start || !end) return [];
      if (weight === null || !range) return [{ from: start, to: end, strength: 0, colour: '' }];
      const colour = cssColour(valueColour('weight', weight, range, theme));
      return [{ from: start, to: end, strength, colour }];
    });
    const chosen = drawn.sort((a, b) => b.strength - a.strength).slice(0, LINKS_MOST);
    const strongest = chosen[0]?.strength || 1;
    return chosen.map((link) => ({ ...link, strength: link.strength / strongest }));
  }

  /** The cell that is pointed at or pinned, in its node's own coordinates. */
  #cell(): { node: string; cell: number[] } | null {
    const pinned = this.#options.pinned();
    const place = this.plan
      ? pinned && { ...pinned, ...this.#look.cursor }
      : (this.#look.hover ?? pinned);
    if (!place || place.y === undefined || place.x === undefined) return null;
    const { node, channel, y, x } = place;
    return { node, cell: cellAddress(this.#look.node(node), channel, y, x) };
  }

  #findField(): Area | null {
    const at = this.#cell();
    return at && fieldOf(this.#look.nodes, at.node, at.cell);
  }

  #windows(): readonly Box[] {
    const at = this.#cell();
    if (!at || !this.#isShown()) return NO_BOXES;
    // An open room draws its own window, with what lies in the padding.
    const areas = !this.grab ? windowsOf(this.#look.nodes, at.node, at.cell) : [];
    return [...areas, ...(this.field ? [this.field] : [])].flatMap((area) => this.#areaBoxes(area));
  }

  /** An area of a node's maps, in the world, on every map that is read and drawn. */
  #areaBoxes({ node, y0, y1, x0, x1, channels }: Area): Box[] {
    const [, rows = 1, columns = 1] = this.#look.node(node).shape;
    return this.cellsOf(node)
      .filter(({ channel }) => channel >= channels[0] && channel < channels[1])
      .map((cell) => ({
        x: cell.x + (x0 / columns) * cell.w,
        y: cell.y + (y0 / rows) * cell.h,
        w: ((x1 - x0) / columns) * cell.w,
        h: ((y1 - y0) / rows) * cell.h,
      }));
  }
}

const EMPTY = new Map();
const NO_BOXES: readonly Box[] = [];

/** Evenly spaced ones of a list that is too long. */
function thinned<T>(all: readonly T[], most: number): readonly T[] {
  const step = all.length / most;
  return step <= 1 ? all : Array.from({ length: most }, (_, i) => all[Math.floor(i * step)] as T);
}

/** A column that shows a channel, if need be in the place of its last one. */
function holding(column: Column, channel: number): Column {
  const { cells, kind } = column;
  if (kind !== 'maps' || cells.some((cell) => cell.channel === channel)) return column;
  return {
    ...column,
    cells: cells.map((cell, i) => (i < cells.length - 1 ? cell : { ...cell, channel })),
  };
}

/** A column whose maps are other channels, or the same in another order. */
function ranked(column: Column, channels: readonly number[]): Column {
  const cells = column.cells.map((cell, i) => ({ ...cell, channel: channels[i] ?? cell.channel }));
  return { ...column, cells };
}
