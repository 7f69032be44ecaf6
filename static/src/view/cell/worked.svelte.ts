/** The worked example of the opened cell: its terms, which of them is lit, and what is asked of it. */
import { cellArithmetic, type CellAt, type Term } from '../../core/arithmetic';
import type { Theme } from '../../core/colour';
import { placed, type Placed } from '../../core/derivation';
import { floats, symmetricRange } from '../../core/kernels';
import type { Level } from '../../core/levels';
import { cellAddress } from '../../core/maps';
import { formatCount, formatFull, formatNumber } from '../../core/numbers';
import { askedOf, type Asked } from '../../core/question';
import { judge, readEntry, type Slip } from '../../core/quiz';
import type { DrawnRange } from '../../core/scale';
import { strongest } from '../../core/strongest';
import { isMaps, type NodeInfo, type Range } from '../../core/types';
import { named, t } from '../../i18n/i18n.svelte';
import type { Look, Place } from '../../state/look.svelte';
import type { Scales } from '../../state/scales.svelte';
import { sourceOf } from '../../state/source';

/** What the card is opened for. */
export interface Opened {
  look: Look;
  scales: Scales;
  node: NodeInfo;
  /** Map of the node; element of a vector. */
  channel: number;
  cell: { y: number; x: number };
  theme: Theme;
  level: Level;
}

export type Verdict = { says: 'right' | 'unread' | 'other' } | { says: 'slip'; slip: Slip };

export class Worked {
  /** All digits of float32 instead of three. */
  isFull = $state(false);
  verdict: Verdict | null = $state.raw(null);
  #turn = $state(0);
  /** The part that was opened by hand. */
  #chosen: number | null = $state(null);
  #opened: () => Opened;

  readonly node: NodeInfo = $derived.by(() => this.#opened().node);
  readonly at: CellAt = $derived.by(() => {
    const { node, channel, cell } = this.#opened();
    const [c = 0, y = 0, x = 0] = cellAddress(node, channel, cell.y, cell.x);
    return { c, y, x };
  });
  /** Null until its numbers are here. */
  readonly arithmetic = $derived.by(() => {
    const { look, node } = this.#opened();
    return cellArithmetic(sourceOf(look), node.id, this.at);
  });
  readonly parts: readonly Placed[] = $derived.by(() => placed(this.arithmetic?.parts ?? []));
  readonly terms: readonly Term[] = $derived.by(() => this.parts.flatMap(({ terms }) => terms));
  /** Place of the lit term among all terms. */
  readonly lit: number | null = $derived.by(() => {
    const { term } = this.#opened().look;
    return term !== null && term < this.terms.length ? term : null;
  });
  readonly litTerm: Term | null = $derived.by(() =>
    this.lit === null ? null : (this.terms[this.lit] ?? null),
  );
  /** The opened part: that of the lit term, else the one opened by hand, else the weightiest. */
  readonly part: Placed | null = $derived.by(() => {
    const lit = this.lit === null ? null : this.partOf(this.lit);
    const chosen = this.#chosen === null ? undefined : this.parts[this.#chosen];
    const [first = 0] = strongest(
      this.#channels.map(({ value }) => value),
      1,
    ).order;
    const own = [lit, chosen].find((part) => part && part.terms.length > 0);
    return own ?? this.#channels[first] ?? this.parts.find(({ terms }) => terms.length > 0) ?? null;
  });
  #channels = $derived.by(() => this.parts.filter(({ name }) => name === 'channel'));

  readonly asked: Asked | null = $derived.by(() => {
    const arithmetic = this.arithmetic;
    return arithmetic && askedOf(arithmetic, this.#opened().level, this.#turn);
  });
  /** Nothing is blank any more once the answer was right. */
  readonly blank: Asked | null = $derived.by(() =>
    this.verdict?.says === 'right' ? null : this.asked,
  );

  readonly weightRange: Range = $derived.by(() => {
    const { look, node } = this.#opened();
    return symmetricRange(floats(look.weights.get(node.weights['weight'] ?? '')) ?? []);
  });
  /** Products have a contrast of their own: that of this cell. */
  readonly productRange: Range = $derived.by(() =>
    symmetricRange(this.terms.map(({ product }) => product)),
  );

  constructor(opened: () => Opened) {
    this.#opened = opened;
  }

  get opened(): Opened {
    return this.#opened();
  }

  format(value: number): string {
    return this.isFull ? formatFull(value) : formatNumber(value);
  }

  /** Lights a term everywhere; null lights none. */
  light(term: number | null): void {
    this.opened.look.term = term;
  }

  /** Whether a term is the lit one, or the same cell in another part. */
  isLit(term: number | null): boolean {
    if (term === null || this.lit === null) return false;
    const [mine, lit] = [this.terms[term], this.litTerm];
    if (term === this.lit || !mine || !lit) return term === this.lit;
    return isSameCell(mine, lit);
  }

  open(part: number): void {
    this.#chosen = part;
    if (this.lit !== null && this.partOf(this.lit)?.index !== part) this.light(null);
  }

  partOf(term: number): Placed | null {
    const isIn = ({ first, terms }: Placed) => term >= first && term < first + terms.length;
    return this.parts.find(isIn) ?? null;
  }

  /** Whether a number of the formula is left out. */
  isBlank(role: string, term: number | null): boolean {
    if (!this.blank) return false;
    if (this.blank.term !== null) return role === 'product' && term === this.blank.term;
    return role === this.blank.role;
  }

  /** Judges what somebody typed. */
  answer(text: string): void {
    const entry = readEntry(text);
    if (entry === null) this.verdict = { says: 'unread' };
    else if (this.asked) {
      const found = judge(entry, this.asked.question);
      if (found.isRight) this.verdict = { says: 'right' };
      else if (found.slip) this.verdict = { says: 'slip', slip: found.slip };
      else this.verdict = { says: 'other' };
    }
  }

  /** Another question of the same kind. */
  again(): void {
    this.verdict = null;
    this.#turn += 1;
  }

  /** Forgets what was answered and opened: another cell, another level. */
  reset(): void {
    this.verdict = null;
    this.#turn = 0;
  }

  /** Forgets which part was opened: another node. */
  leave(): void {
    this.#chosen = null;
    this.light(null);
  }

  rangeOf(term: Term): DrawnRange {
    return this.opened.scales.range(term.node, isMaps(this.#nodeOf(term).shape) ? term.c : null);
  }

  #nodeOf({ node }: Term): NodeInfo {
    return this.opened.look.node(node);
  }

  /** Where a term's cell is, in words. */
  where(term: Term): string {
    const { look } = this.opened;
    const from = this.#nodeOf(term);
    const { c, y, x } = term;
    if (!isMaps(from.shape)) {
      const label = from.shape[0] === look.card.labels.length ? look.card.labels[c] : undefined;
      const index = t('cell.at.element', { node: from.label, index: c });
      return label ? `${named(label)} · ${index}` : index;
    }
    const place = t('cell.at.cell', { node: from.label, channel: c, y, x });
    return term.padded ? `${place} ${t('cell.at.padded')}` : place;
  }

  /** The same in short, where all terms are of one node. */
  shortly(term: Term): string {
    if (this.terms.some(({ node }) => node !== term.node)) return this.where(term);
    const from = this.#nodeOf(term);
    const { c, y, x } = term;
    if (isMaps(from.shape)) return t('cell.at.short', { channel: c, y, x });
    const { labels } = this.opened.look.card;
    const label = from.shape[0] === labels.length ? labels[c] : undefined;
    return label ? named(label) : `[${c}]`;
  }

  /** Whether an earlier term is of the same cell. */
  isAgain(index: number): boolean {
    const mine = this.terms[index];
    return mine !== undefined && this.terms.findIndex((term) => isSameCell(term, mine)) < index;
  }

  /** A term as a sentence with its numbers in full. */
  say(index: number): string {
    const term = this.terms[index];
    if (!term) return '';
    const { value, weight, product } = term;
    const place = this.where(term);
    if (weight === null) return t('cell.say.value', { place, value: formatFull(value) });
    const isHidden = this.isBlank('product', index);
    return t('cell.say.product', {
      place,
      value: formatFull(value),
      weight: formatFull(weight),
      product: isHidden ? '?' : formatFull(product),
    });
  }

  /** A term in a sentence with rounded numbers, and how many there are beside it. */
  sayShortly(index: number): string {
    const [term, part] = [this.terms[index], this.partOf(index)];
    if (!term || !part) return '';
    const { weight } = term;
    const words = { place: this.where(term), value: formatNumber(term.value) };
    const isSum = this.arithmetic?.additive;
    const all = isSum ? this.parts.reduce((sum, { count }) => sum + count, 0) : part.count;
    const count = formatCount(all);
    if (weight === null)
      return t(all > 1 ? 'cell.foot.value' : 'cell.say.value', { ...words, count });
    const product = this.isBlank('product', index) ? '?' : formatNumber(term.product);
    const by = formatNumber(weight);
    return t(this.arithmetic?.kind === 'average' ? 'cell.foot.share' : 'cell.foot.product', {
      ...{ ...words, weight: by, product, count },
    });
  }

  /** Where to go to see a term's own cell; null in the padding. */
  placeOf(term: Term): Place | null {
    return term.padded ? null : placeIn(this.#nodeOf(term), term);
  }
}

function isSameCell(a: Term, b: Term): boolean {
  return a.node === b.node && a.c === b.c && a.y === b.y && a.x === b.x;
}

/** The place of c, y, x on the page: the way back of `cellAddress`. */
function placeIn(node: NodeInfo, { node: id, c, y, x }: Term): Place {
  const { geometry, shape } = node;
  if (isMaps(shape)) return { node: id, channel: c, y, x };
  if (geometry.kind === 'flatten' && geometry.from.length === 3) {
    const [, height = 1, width = 1] = geometry.from;
    const size = height * width;
    return { node: id, channel: Math.floor(c / size), y: c % size, x: 0 };
  }
  return { node: id, channel: c * (shape[1] ?? 1) + x, y: 0, x: 0 };
}
