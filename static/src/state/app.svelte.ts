/** The whole state of the page: the address says it, the address restores it. */
import { decodeState, DEFAULT_STATE, encodeState, pathOf, type State } from '../core/url';
import { mapStack } from '../core/maps';
import { SCALE_MODES } from '../core/scale';
import type { Theme } from '../core/colour';
import { isMaps } from '../core/types';
import type { Language } from '../i18n/i18n.svelte';
import { locale, preferredLanguage } from '../i18n/i18n.svelte';
import type { Fit, PageData, Text } from '../io/api';
import { Edits } from './edits.svelte';
import { Layer } from './layer.svelte';
import { Look, type Place } from './look.svelte';
import { isOwnId, Pictures, sketched, type Crop, type Picture } from './pictures.svelte';
import { Scales } from './scales.svelte';

/** Browsers stop an address that changes at every step of a slider. */
const REST_MS = 250;
const NO_MAPS = { count: 0, height: 0, width: 0 };

/** True for the network of a run: "run-7", or "run-7@400" as it was after 400 steps. */
export function isTrained(net: string): boolean {
  return /^run-[^@]+(@\d+)?$/.test(net);
}

/** Whether a number of the address counts something that is there. */
function isBelow(index: number | null, count: number): index is number {
  return index !== null && index < count;
}

export class App {
  page: PageData;
  pictures: Pictures;
  look: Look;
  scales: Scales;
  edits: Edits;
  layer: Layer;
  /** The scales of the layer that is drawn. */
  drawn: Scales;
  state: State = $state.raw(DEFAULT_STATE);
  crop: Crop | null = $state.raw(null);
  /** The part of the panel in which things are changed is open. */
  isEditing = $state(false);
  #dark = matchMedia('(prefers-color-scheme: dark)');
  #prefersDark = $state(this.#dark.matches);
  #held: ((state: State) => Partial<State>) | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;

  theme: Theme = $derived(this.state.theme ?? (this.#prefersDark ? 'dark' : 'light'));
  language: Language = $derived(this.state.lang ?? preferredLanguage(navigator.languages));
  // Each by itself, so that what follows one of them rests while another part of the state changes.
  scale = $derived(this.state.scale);
  layerKind = $derived(this.state.layer);
  of = $derived(this.state.of);
  order = $derived(this.state.order);
  density = $derived(this.state.density);
  level = $derived(this.state.level);
  tab = $derived(this.state.tab);
  view = $derived(this.state.view);
  /** Networks made by runs that were opened here, beside those that the server ships. */
  #trained: readonly PageData['models'][number][] = $state.raw([]);
  networks = $derived.by(() => [...this.page.models, ...this.#trained]);
  net = $derived(this.#known(this.state.net));
  fit: Fit = $derived.by(() => this.#fitOf(this.net));
  fitting = $derived.by(() => this.pictures.fitting(this.fit));
  picture: Picture = $derived(this.#choose(this.state.picture));
  #sketch: Picture | null = $state.raw(null);
  /** What the address names and is not here; others are shown instead. */
  gone = $derived.by(() => {
    const { net, picture } = this.state;
    if (net !== null && net !== this.net) return { what: 'network', id: net } as const;
    if (picture === null || this.pictures.find(picture)) return null;
    return { what: isOwnId(picture) ? 'own' : 'picture', id: picture } as const;
  });
  /** The opened node, when the network has it. */
  node = $derived.by(() => {
    const { node } = this.state;
    return node !== null && this.look.nodes.has(node) ? node : null;
  });
  #stack = $derived.by(() => (this.node === null ? NO_MAPS : mapStack(this.look.node(this.node))));
  /** The opened channel, and the cell of it, when the node has them. */
  channel = $derived(isBelow(this.state.c, this.#stack.count) ? this.state.c : null);
  cell = $derived.by(() => {
    const [y = null, x = null] = this.state.cell ?? [];
    const isInside = isBelow(y, this.#stack.height) && isBelow(x, this.#stack.width);
    return this.channel !== null && isInside ? { y, x } : null;
  });
  pinned: Place | null = $derived(
    this.node !== null && this.channel !== null ? { node: this.node, channel: this.channel } : null,
  );

  /** The neuron whose room is open: the pinned map, or an opened vector's first number. */
  room = $derived.by(() => {
    if (this.pinned || this.node === null) return this.pinned;
    return isMaps(this.look.node(this.node).shape) ? null : { node: this.node, channel: 0 };
  });

  constructor(page: PageData) {
    this.page = page;
    this.pictures = new Pictures(page.pictures);
    this.look = new Look(page);
    this.scales = new Scales(this.look, () => this.scale);
    this.edits = new Edits(this.look, (edits) => this.go({ edits }, false));
    this.layer = new Layer(this.look, () => ({ kind: this.layerKind, of: this.of }));
    this.drawn = new Scales(this.look, () => this.scale, this.layer, this.scales);
    this.restore();
    this.#dark.addEventListener('change', () => (this.#prefersDark = this.#dark.matches));
  }

  #known(net: string | null): string {
    if (net !== null && isTrained(net)) return net;
    const found = this.page.models.find(({ id }) => id === net) ?? this.page.models[0];
    return found?.id ?? '';
  }

  #fitOf(net: string): Fit {
    return this.networks.find(({ id }) => id === net)?.fit ?? 'photo';
  }

  #choose(id: string | null): Picture {
    const found = id === null ? undefined : this.pictures.find(id);
    return found ?? (this.fitting[0] as Picture);
  }

  /** Takes the state from the address. */
  restore(): void {
    const { net, picture } = this;
    this.state = decodeState(location.hash, location.pathname);
    this.look.cursor = null;
    if (this.net !== net || this.picture !== picture) this.crop = null;
    this.edits.read(this.net, this.state.edits);
    locale.language = this.language;
  }

  /** Keeps a change back until the hand rests, or the address changes in another way. */
  hold(change: (state: State) => Partial<State>): void {
    clearTimeout(this.#resting);
    this.#held = change;
    this.#resting = setTimeout(() => this.#settle(), REST_MS);
  }

  #settle(): void {
    const held = this.#held;
    this.#held = null;
    if (held) this.go(held(this.state), false);
  }

  /** Changes part of the state; `step` adds an entry to the history, else the present one changes. */
  go(change: Partial<State>, step = true): void {
    this.#settle();
    const { net } = this;
    this.state = { ...this.state, ...change };
    if ('edits' in change || this.net !== net) this.#readEdits(change.edits ?? null);
    // A window that moves belongs to what was opened.
    if ('cell' in change) this.look.cursor = null;
    locale.language = this.language;
    const address = `${pathOf(this.state.view)}#${encodeState(this.state)}`;
    if (address === `${location.pathname}${location.hash}`) return;
    if (step) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  }

  /** Those of another network are not ours; ours may wait from before. */
  #readEdits(text: string | null): void {
    this.edits.read(this.net, text);
    this.state = { ...this.state, edits: this.edits.text };
  }

  chooseNet(net: string): void {
    this.look.problem = null;
    const keeps = this.picture.own || this.picture.fit === this.#fitOf(net);
    this.crop = null;
    const picture = keeps ? this.state.picture : null;
    this.go({ net, picture, node: null, c: null, cell: null });
  }

  choosePicture(picture: string): void {
    this.look.problem = null;
    this.crop = null;
    this.go({ picture });
  }

  /** Takes in pictures of the person's own and shows the last one. */
  addPictures(added: readonly { bytes: Blob; name: Text }[]): void {
    const own = added.map(({ bytes, name }) => this.pictures.add(bytes, name));
    const last = own.at(-1);
    if (last) this.choosePicture(last.id);
  }

  removePicture(id: string): void {
    if (this.picture.id === id) this.nextPicture(-1);
    this.pictures.remove(id);
  }

  nextPicture(step: number): void {
    const count = this.fitting.length;
    const index = this.fitting.indexOf(this.picture) + step;
    const next = this.fitting[(index + count) % count];
    if (next) this.choosePicture(next.id);
  }

  /** Opens a map (or, without a channel, its column); moving within one map adds no history. */
  open(place: Place | { node: string }): void {
    const c = 'channel' in place ? place.channel : null;
    const cell =
      'channel' in place && place.y !== undefined ? ([place.y, place.x ?? 0] as const) : null;
    const isSame = this.state.node === place.node && this.state.c === c;
    this.go({ node: place.node, c, cell }, !isSame);
  }

  /** Moves the window of the opened map; null: it has come to rest and is written to the address. */
  move(to: { y: number; x: number } | null): void {
    const { cursor } = this.look;
    this.look.cursor = to;
    if (!to && cursor && this.pinned) this.open({ ...this.pinned, ...cursor });
  }

  /** Opens the layer before or after the opened one: its column, or the same channel of it. */
  nextLayer(step: number): void {
    const { nodes } = this.look.card;
    const next = nodes[nodes.findIndex(({ id }) => id === this.node) + step];
    if (this.node === null || !next) return;
    const last = mapStack(next).count - 1;
    this.open(
      this.channel === null
        ? { node: next.id }
        : { node: next.id, channel: Math.min(this.channel, last) },
    );
  }

  /** One level back: cell, map, column, overview. Returns false when there was none. */
  back(): boolean {
    if (this.node === null) return false;
    const isMap = this.channel !== null && isMaps(this.look.node(this.node).shape);
    if (this.cell !== null || this.look.cursor !== null) this.go({ cell: null });
    else if (isMap) this.go({ c: null, cell: null });
    else this.go({ node: null, c: null, cell: null });
    return true;
  }

  /** A second press on the same cell closes the map, a press on empty space goes one level back. */
  pin(place: Place | null): void {
    const isSame = place?.node === this.pinned?.node && place?.channel === this.pinned?.channel;
    const { cell } = this;
    if (place === null || (isSame && cell === null)) this.back();
    else if (isSame && place.y === cell?.y && place.x === cell?.x) this.go({ c: null, cell: null });
    else this.open(place);
  }

  /** Shows a drawing while it grows; null goes back to the chosen picture. */
  sketch(bytes: Blob | null): void {
    this.#sketch = bytes && sketched(bytes);
  }

  nextScale(): void {
    const next = (SCALE_MODES.indexOf(this.state.scale) + 1) % SCALE_MODES.length;
    this.go({ scale: SCALE_MODES[next] ?? 'layer' }, false);
  }

  /** Draws the picture of the state in its network; called whenever one of them changes. */
  async draw(): Promise<void> {
    if (this.networks.every(({ id }) => id !== this.net)) return this.#learn(this.net);
    const picture = this.#sketch ?? this.picture;
    const isTaken = await this.look.open(this.net, picture, this.#sketch ? null : this.crop);
    if (!isTaken) this.#dropRefused(picture);
    await this.look.prefetch();
  }

  /** Asks what a run's network is called and which pictures fit it; one that is gone is left. */
  async #learn(net: string): Promise<void> {
    const card = await this.look.learn(net);
    if (card) this.#trained = [...this.#trained.filter(({ id }) => id !== net), card];
    else if (this.net === net) this.go({ net: null, node: null, c: null, cell: null }, false);
  }

  /** A picture of the person's own that the server refused is not kept; its reason stays. */
  #dropRefused(picture: Picture): void {
    if (this.picture !== picture) return;
    this.crop = null;
    if (!picture.own) return;
    this.pictures.remove(picture.id);
    this.go({ picture: this.look.shown?.picture.id ?? null }, false);
  }
}
