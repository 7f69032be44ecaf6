/** A cell backwards: how a class's loss or logit changes with it, and with what it was made of. */
import { cellGradient, type PartGradient } from '../../core/cellGradient';
import { asMap } from '../../core/geometry';
import { AwayError, ProblemError } from '../../io/api';
import { fetchSlopes, type SlopesAsk } from '../../io/slopes';
import { t } from '../../i18n/i18n.svelte';
import type { Worked } from './worked.svelte';

export class Backward {
  of: SlopesAsk['of'] = $state('loss');
  /** Why there is nothing: a sentence. */
  problem: string | null = $state(null);
  #chosen: string | null = $state(null);
  #slopes: Float32Array | null = $state.raw(null);
  #worked: Worked;
  #current = new AbortController();

  constructor(worked: Worked) {
    this.#worked = worked;
  }

  /** The chosen class, else the predicted one. */
  readonly class: string = $derived.by(() => {
    const header = this.#worked.opened.look.trace?.header;
    if (!header) return '';
    const { classes, probabilities } = header;
    if (this.#chosen !== null && classes.includes(this.#chosen)) return this.#chosen;
    return classes[probabilities.indexOf(Math.max(...probabilities))] ?? '';
  });

  /** d(loss or logit) / d(this cell); null until it is here. */
  readonly output: number | null = $derived.by(() => {
    const { node, at } = this.#worked;
    const [, height, width] = asMap(node.shape);
    return this.#slopes?.[(at.c * height + at.y) * width + at.x] ?? null;
  });

  readonly parts: readonly PartGradient[] = $derived.by(() => {
    const { arithmetic } = this.#worked;
    return arithmetic && this.output !== null ? cellGradient(arithmetic, this.output) : [];
  });
  /** By every term's input cell, and by its weight, in the order of all terms. */
  readonly byInput = $derived.by(() =>
    this.parts.flatMap(({ terms }) => terms.map((t) => t.value)),
  );
  readonly byWeight = $derived.by(() =>
    this.parts.flatMap(({ terms }) => terms.map((t) => t.weight)),
  );

  choose(name: string): void {
    this.#chosen = name;
  }

  /** Fetches what is asked for; a later call wins. */
  async follow(): Promise<void> {
    const { look } = this.#worked.opened;
    const [node, name, of] = [this.#worked.node.id, this.class, this.of];
    const trace = look.trace?.header.trace_id;
    this.#current.abort();
    const { signal } = (this.#current = new AbortController());
    if (!trace || !name) return;
    try {
      const found = await fetchSlopes({ trace, node, class: name, of }, signal);
      if (signal.aborted) return;
      this.#slopes = found;
      this.problem = found ? null : t('cell.back.none');
    } catch (error) {
      if (signal.aborted) return;
      this.#slopes = null;
      if (error instanceof ProblemError) this.problem = error.problem.detail;
      else if (error instanceof AwayError) this.problem = t('cell.back.away');
      else throw error;
    }
  }

  close(): void {
    this.#current.abort();
  }
}
