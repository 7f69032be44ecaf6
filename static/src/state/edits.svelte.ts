/** What a person has changed: the list, its past and future, and the trace that follows from it. */
import { untrack } from 'svelte';
import {
  decodeEdits,
  encodeEdits,
  targetOf,
  withCells,
  withEdit,
  withoutTarget,
  type Edit,
  type Pixel,
} from '../core/edits';
import { Latest } from '../core/latest';
import type { Problem } from '../core/types';
import { LONGEST_SET } from '../core/url';
import { AwayError, fetchExact, postEdits, ProblemError, type Trace } from '../io/api';
import type { Look } from './look.svelte';

const GONE = 410;
type List = readonly Edit[];

export class Edits {
  list: List = $state.raw([]);
  problem: Problem | null = $state.raw(null);
  #past: readonly List[] = $state.raw([]);
  #future: readonly List[] = $state.raw([]);
  /** What the last step belongs to: more of the same hand movement makes no new step. */
  #movement: unknown = null;
  #look: Look;
  /** Writes the list into the address, null where it is too long. */
  #write: (text: string | null) => void;
  #latest = new Latest<List>((list, signal) => this.#follow(list, signal));
  /** The lists of other networks, which wait there. */
  #others = new Map<string, List>();
  #net = '';

  canUndo = $derived(this.#past.length > 0);
  canRedo = $derived(this.#future.length > 0);
  /** The address cannot hold them: a link opens the network without. */
  isLong = $derived(encodeEdits(this.list).length > LONGEST_SET);

  constructor(look: Look, write: (text: string | null) => void) {
    this.#look = look;
    this.#write = write;
    look.revise = (original, signal) => this.#revise(original, signal);
  }

  /** Whether what is shown has edits in it. */
  get isShown(): boolean {
    const { trace, original } = this.#look;
    return trace !== original;
  }

  /** The edit of a target, if there is one. */
  of(target: string): Edit | undefined {
    return this.list.find((edit) => targetOf(edit) === target);
  }

  put(edit: Edit, movement: unknown = null): void {
    this.#step(withEdit(this.list, edit), movement);
  }

  /** Adds several edits as one step. */
  putAll(edits: readonly Edit[]): void {
    this.#step(edits.reduce(withEdit, this.list), null);
  }

  /** More cells of a stroke; `stroke` is anything that the same stroke brings again. */
  paint(cells: readonly Pixel[], stroke: unknown): void {
    const last = this.list.at(-1);
    const goesOn = last?.kind === 'pixels' && stroke !== null && stroke === this.#movement;
    const before = goesOn ? this.list.slice(0, -1) : this.list;
    const all = withCells(goesOn ? last.cells : [], cells);
    this.#step([...before, { kind: 'pixels', cells: all }], stroke);
  }

  remove(edit: Edit): void {
    this.#step(
      this.list.filter((each) => each !== edit),
      null,
    );
  }

  /** Takes back what was done to a target. */
  restore(target: string): void {
    const rest = withoutTarget(this.list, target);
    if (rest.length < this.list.length) this.#step(rest, null);
  }

  reset(): void {
    if (this.list.length > 0) this.#step([], null);
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [this.list, ...this.#future];
    this.#take(before);
  }

  redo(): void {
    const [next, ...rest] = this.#future;
    if (!next) return;
    this.#future = rest;
    this.#past = [...this.#past, this.list];
    this.#take(next);
  }

  /** Takes the list of an address, of a network; lists too long for one stay. */
  read(net: string, text: string | null): void {
    if (net !== this.#net) {
      this.#others.set(this.#net, this.list);
      this.#net = net;
      this.list = text === null ? (this.#others.get(net) ?? []) : decodeEdits(text);
      [this.#past, this.#future] = [[], []];
      this.problem = null;
    } else if (text !== (encodeEdits(this.list) || null) && !(text === null && this.isLong)) {
      this.#movement = null;
      this.#past = [...this.#past, this.list];
      this.list = decodeEdits(text ?? '');
      this.#latest.ask(this.list);
    }
  }

  /** The list as the address holds it. */
  get text(): string | null {
    const text = encodeEdits(this.list);
    return text === '' || this.isLong ? null : text;
  }

  #step(list: List, movement: unknown): void {
    if (movement === null || movement !== this.#movement) this.#past = [...this.#past, this.list];
    this.#movement = movement;
    this.#future = [];
    this.#take(list);
  }

  #take(list: List): void {
    this.list = list;
    this.problem = null;
    this.#write(this.text);
    this.#latest.ask(list);
  }

  /** The trace of the newest list; what was asked before and is still on its way is let go. */
  async #follow(list: List, signal: AbortSignal): Promise<void> {
    const { original } = this.#look;
    if (!original || original.header.model !== this.#look.card.id) return;
    try {
      const trace = list.length > 0 ? await postEdits(original, list, signal) : original;
      const known = [...untrack(() => this.#look.exact.keys())];
      const exact =
        known.length > 0 ? await fetchExact(trace.header.trace_id, known, signal) : new Map();
      if (this.#look.original === original) this.#look.replace(trace, exact);
    } catch (error) {
      await this.#refuse(error);
    }
  }

  /** Of another picture the same edits are shown at once; without them when they cannot be. */
  async #revise(original: Trace, signal: AbortSignal): Promise<Trace> {
    const list = untrack(() => this.list);
    if (list.length === 0 || this.#net !== original.header.model) return original;
    try {
      return await postEdits(original, list, signal);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.problem.status !== 422) throw error;
      this.problem = error.problem;
      return original;
    }
  }

  async #refuse(error: unknown): Promise<void> {
    if (error instanceof AwayError) return;
    if (!(error instanceof ProblemError)) throw error;
    if (error.problem.status === GONE) await this.#look.again();
    else this.problem = error.problem;
  }
}
