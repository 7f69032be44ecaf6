/** A pixel of the current picture is altered: what that changes in a layer, as the server says. */
import type { Pixel } from '../../core/edits';
import { fieldOf } from '../../core/fields';
import { bytesBehind, normalised, type Planes } from '../../core/planes';
import { isMaps, type NodeInfo } from '../../core/types';
import { floatsOf } from '../../core/wire';
import { fetchExact, postEdits, ProblemError, type Trace } from '../../io/api';
import type { App } from '../../state/app.svelte';
import type { Bench } from '../../state/bench.svelte';
import type { FieldSettings } from './settings';

const GONE = 410;
const MIDDLE_BYTE = 128;

interface Answer {
  question: string;
  before: Float32Array;
  after: Float32Array;
}

export class Probe {
  #app: App;
  #bench: Bench<FieldSettings>;
  #answer: Answer | null = $state.raw(null);
  isAway = $state(false);

  constructor(app: App, bench: Bench<FieldSettings>) {
    this.#app = app;
    this.#bench = bench;
  }

  input = $derived.by(() => this.#app.look.card.nodes.find(({ op }) => op === 'input'));
  /** The layers whose cells see a part of the picture. */
  layers: readonly NodeInfo[] = $derived.by(() => {
    const { nodes } = this.#app.look;
    return [...nodes.values()].filter(
      ({ id, op, shape }) => op !== 'input' && isMaps(shape) && fieldOf(nodes, id, [0, 0, 0]),
    );
  });
  node = $derived.by(() => {
    const named = (id: string | null) => this.layers.find((each) => each.id === id);
    return (
      named(this.#bench.settings.node) ??
      named(this.#app.node) ??
      this.layers.findLast(({ op }) => op === 'conv')
    );
  });
  cell = $derived.by(() => placeIn(this.node, this.#bench.settings.cell));
  pixel = $derived.by(() => placeIn(this.input, this.#bench.settings.pixel));
  box = $derived.by(() => {
    const { y, x } = this.cell;
    return this.node ? fieldOf(this.#app.look.nodes, this.node.id, [0, y, x]) : null;
  });
  isInside = $derived.by(() => {
    const [{ y, x }, box] = [this.pixel, this.box];
    return box !== null && y >= box.y0 && y < box.y1 && x >= box.x0 && x < box.x1;
  });

  /** The picture as the network gets it, in bytes. */
  #planes = $derived.by(() => {
    const values = this.input && this.#app.look.exact.get(this.input.id);
    const [channels, height, width] = this.input?.shape ?? [];
    if (!values || !channels || !height || !width) return null;
    return bytesBehind(values, [channels, height, width], this.#app.look.card);
  });
  /** The same with the pixel painted: black where it was light, white where it was dark. */
  painted: Planes | null = $derived.by(() => {
    const planes = this.#planes;
    if (!planes) return null;
    const data = planes.data.slice();
    for (const i of this.#places(planes)) {
      data[i] = (data[i] as number) < MIDDLE_BYTE ? 255 : 0;
    }
    return { ...planes, data };
  });

  #places({ channels, height, width }: Planes): number[] {
    const { y, x } = this.pixel;
    return Array.from({ length: channels }, (_, c) => (c * height + y) * width + x);
  }

  #cells: readonly Pixel[] = $derived.by(() => {
    const planes = this.painted;
    if (!planes) return [];
    const { mean, std } = this.#app.look.card;
    const { y, x } = this.pixel;
    return this.#places(planes).map((at, c) => {
      return [c, y, x, normalised(planes.data[at] as number, mean[c] ?? 0, std[c] ?? 1)];
    });
  });
  #question = $derived.by(() => {
    const trace = this.#app.look.original?.header.trace_id ?? '';
    return [trace, this.node?.id, this.pixel.y, this.pixel.x].join();
  });
  answer = $derived.by(() => (this.#answer?.question === this.#question ? this.#answer : null));
  /** How much the cell changes, by channel. */
  changes: readonly number[] | null = $derived.by(() => {
    const [channels = 0, height = 0, width = 0] = this.node?.shape ?? [];
    const { answer, cell } = this;
    if (!answer) return null;
    return Array.from({ length: channels }, (_, c) => {
      const i = (c * height + cell.y) * width + cell.x;
      return (answer.after[i] as number) - (answer.before[i] as number);
    });
  });

  /** Asks what the pixel changes; returns what takes the question back. */
  ask(): () => void {
    const ended = new AbortController();
    const { original } = this.#app.look;
    const cells = this.#cells;
    if (original && this.node && cells.length > 0) {
      void this.#measure(original, this.node.id, cells, this.#question, ended.signal);
    }
    return () => ended.abort();
  }

  async #measure(
    original: Trace,
    id: string,
    cells: readonly Pixel[],
    question: string,
    signal: AbortSignal,
  ): Promise<void> {
    const exact = async (trace: Trace) =>
      floatsOf(await fetchExact(trace.header.trace_id, [id], signal), id);
    try {
      const edited = await postEdits(original, [{ kind: 'pixels', cells }], signal);
      const [before, after] = await Promise.all([original, edited].map(exact));
      if (before && after) this.#answer = { question, before, after };
      this.isAway = false;
    } catch (error) {
      if (signal.aborted) return;
      const isGone = error instanceof ProblemError && error.problem.status === GONE;
      if (isGone) await this.#app.look.again();
      else this.isAway = true;
    }
  }
}

/** A place in a node's maps; the middle where none is given. */
function placeIn(node: NodeInfo | undefined, [y, x]: readonly number[]): { y: number; x: number } {
  const [, height = 1, width = 1] = node?.shape ?? [];
  const inside = (at: number | undefined, size: number) =>
    Math.max(0, Math.min(size - 1, Math.round(at ?? (size - 1) / 2)));
  return { y: inside(y, height), x: inside(x, width) };
}
