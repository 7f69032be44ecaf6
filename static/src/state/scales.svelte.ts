/** The values of the shown trace as colours and numbers, under the chosen scale. */
import { valueTable, type Theme } from '../core/colour';
import { isSigned, type LayerKind } from '../core/layers';
import { cellIndex, mapStack } from '../core/maps';
import { formatNumber } from '../core/numbers';
import { orderChannels, type ChannelOrder } from '../core/order';
import {
  drawnRange,
  endsOf,
  logitsNode,
  type DrawnRange,
  type ScaleMode,
  type ScaleSource,
} from '../core/scale';
import type { GradientOf, Range } from '../core/types';
import { bytesOf, floatsOf } from '../core/wire';
import { t, type Key } from '../i18n/i18n.svelte';
import type { Trace } from '../io/api';
import type { Look, Place } from './look.svelte';

const NOTHING: Range = [0, 0];
const ZERO: DrawnRange = { palette: 'activation', lo: 0, hi: 0, data: NOTHING, relative: false };

interface Words {
  map: Key;
  zero: Key;
  legend: Key;
}

const SLOPES: Words = { map: 'layer.map', zero: 'layer.flat', legend: 'legend.gradients' };
/** How each layer is spoken of; the original as the values are. */
const WORDS: { values: Words } & Partial<Record<LayerKind, Words>> = {
  values: { map: 'say.map', zero: 'say.dead', legend: 'legend.values' },
  gradient: SLOPES,
  logit: SLOPES,
  difference: { map: 'layer.changes', zero: 'layer.same', legend: 'legend.differences' },
};

export interface Reading {
  value: number;
  /** False while only the quantised byte is here. */
  exact: boolean;
}

/** Numbers of the network's nodes: those that it made, or others of the same shapes. */
export interface Values {
  readonly trace: Trace | null;
  readonly exact: ReadonlyMap<string, Float32Array>;
  /** Makes sure the exact numbers of some nodes are here or on their way. */
  needExact(ids: readonly string[]): Promise<void>;
  /** What they are; those of gradients and differences are signed in every node. */
  readonly kind: LayerKind;
}

export class Scales {
  #look: Look;
  #mode: () => ScaleMode;
  #of: Values;
  /** The scales of what the network made, which these may show a layer of. */
  readonly values: Scales;
  #nodes = $derived.by(
    () => new Map(this.#of.trace?.header.nodes.map((node) => [node.id, node]) ?? []),
  );
  #source: ScaleSource | null = $derived.by(() => {
    const trace = this.#of.trace;
    if (!trace) return null;
    return {
      ranges: trace.header.ranges,
      mapRange: (id, channel) => this.own(id, channel),
      logits: logitsNode(trace.header.nodes),
      isSigned: isSigned(this.#of.kind),
    };
  });

  constructor(look: Look, mode: () => ScaleMode, of: Values = look, values?: Scales) {
    this.#look = look;
    this.#mode = mode;
    this.#of = of;
    this.values = values ?? this;
  }

  /** The trace whose numbers these are. */
  get trace(): Trace | null {
    return this.#of.trace;
  }

  /** What the numbers are derivatives of; null where they are the network's own. */
  get gradient(): GradientOf | null {
    return this.#of.trace?.header.gradient ?? null;
  }

  get kind(): LayerKind {
    return this.#of.kind;
  }

  /** The exact numbers of a node, once they are here. */
  exact(id: string): Float32Array | undefined {
    return this.#of.exact.get(id);
  }

  needExact(ids: readonly string[]): Promise<void> {
    return this.#of.needExact(ids);
  }

  get mode(): ScaleMode {
    return this.#mode();
  }

  /** The quantised bytes of a node; undefined when the trace has none. */
  bytes(id: string): Uint8Array | undefined {
    const tensors = this.#of.trace?.tensors;
    return tensors?.has(id) ? bytesOf(tensors, id) : undefined;
  }

  /** Smallest and largest value of one map; of the whole vector for vectors. */
  own(id: string, channel: number): Range {
    const tensors = this.#of.trace?.tensors;
    const node = this.#look.nodes.get(id);
    if (!node || !tensors?.has(`${id}.range`)) return NOTHING;
    const ends = floatsOf(tensors, `${id}.range`);
    // A line of numbers is drawn as many maps of one cell, and has one range.
    const row = Math.floor((channel * ends.length) / 2 / mapStack(node).count);
    return [ends[row * 2] ?? 0, ends[row * 2 + 1] ?? 0];
  }

  /** What the ends of the colours stand for, of one map or (null) of the node's legend. */
  range(id: string, channel: number | null): DrawnRange {
    const node = this.#nodes.get(id);
    if (!this.#source || !node) return ZERO;
    return drawnRange(this.#source, node, channel, this.#mode());
  }

  /** The colours of a map's bytes, in `out` when it is given: thousands of maps are painted at once. */
  table(id: string, channel: number, theme: Theme, out?: Uint32Array<ArrayBuffer>): Uint32Array {
    const range = this.range(id, channel);
    return valueTable(range.palette, this.own(id, channel), endsOf(range), theme, out);
  }

  /** Maps that are zero everywhere. */
  dead(id: string): ReadonlySet<number> {
    const node = this.#look.nodes.get(id);
    if (!node || node.shape.length < 3) return new Set();
    const isDead = (channel: number) => this.own(id, channel).every((end) => end === 0);
    return new Set(Array.from({ length: mapStack(node).count }, (_, c) => c).filter(isDead));
  }

  order(id: string, by: ChannelOrder): readonly number[] {
    const node = this.#look.nodes.get(id);
    const bytes = this.bytes(id);
    if (!node || !bytes) return [];
    return orderChannels(by, {
      bytes,
      stack: mapStack(node),
      range: (channel) => this.own(id, channel),
    });
  }

  /** The value of a cell: exact when its numbers are here, else from its byte. */
  read(place: Place): Reading | null {
    const { node: id, channel, y = 0, x = 0 } = place;
    const node = this.#look.nodes.get(id);
    const bytes = this.bytes(id);
    if (!node || !bytes) return null;
    const index = cellIndex(mapStack(node), channel, y, x);
    const exact = this.exact(id)?.[index];
    if (exact !== undefined) return { value: exact, exact: true };
    const [lo, hi] = this.own(id, channel);
    return { value: lo + ((bytes[index] ?? 0) / 255) * (hi - lo), exact: false };
  }

  /** One sentence about a map for names and tooltips. */
  describeMap(id: string, channel: number): string {
    const [lo, hi] = this.own(id, channel);
    const node = this.#look.nodes.get(id)?.label ?? id;
    const { map, zero } = WORDS[this.kind] ?? WORDS.values;
    if (lo === 0 && hi === 0) return t(zero, { node, channel });
    return t(map, { node, channel, lo: formatNumber(lo), hi: formatNumber(hi) });
  }

  /** What the colours of a node stand for, in words. */
  legend(id: string): string {
    const node = this.#look.nodes.get(id)?.label ?? id;
    return t((WORDS[this.kind] ?? WORDS.values).legend, { node });
  }
}
