/** What a run's network makes of a pinned picture, frame by frame: the same look as a picture's. */
import type { Frame } from '../core/frame';
import type { Run, StartedEvent } from '../core/run';
import { logitsNode } from '../core/scale';
import type { TraceHeader } from '../core/types';
import type { Card, PageData } from '../io/api';
import { floatsOf } from '../core/wire';
import { Look } from './look.svelte';

const NOWHERE = { en: '', zh: '' };

/** A frame is of the network as it is. */
const UNCHANGED = { base: '', edits: [], gradient: null } as const;

/** The card of a network that is being trained, from what the run says and shows of it. */
export function cardOf(run: Run, started: StartedEvent, header: TraceHeader): Card {
  const input = started.nodes.find(({ op }) => op === 'input');
  const [channels = 1, height = 1, width = 1] = input?.shape ?? [];
  const [lo, hi] = header.ranges.layer[input?.id ?? ''] ?? [0, 1];
  // A picture has black and white parts: what the network gets goes from one to the other.
  const size = hi - lo || 1;
  return {
    id: `run-${run.id}`,
    name: run.name,
    input: { channels, height, width },
    classes: started.classes.map(({ id }) => id),
    labels: started.classes,
    parameters: started.parameters,
    nodes: started.nodes,
    about: NOWHERE,
    mean: Array<number>(channels).fill(-lo / size),
    std: Array<number>(channels).fill(1 / size),
    fit: 'photo',
    licence: '',
    data: {},
    metrics: {},
    recipe: {},
  };
}

export class LiveLook extends Look {
  /** The last frame, as it came. */
  frame: Frame | null = $state.raw(null);
  constructor(page: PageData, card: Card) {
    super({ ...page, card });
  }

  /** Draws a frame: maps and kernels change in place. */
  draw(frame: Frame): void {
    const { header, tensors, weights } = frame;
    if (!header) return;
    this.exact.clear();
    for (const id of frame.exact.keys()) this.exact.set(id, floatsOf(frame.exact, id));
    this.frame = frame;
    // A name of its own, so that who waits for a drawing can tell one from the next.
    const trace_id = `${this.card.id}@${frame.step}/${frame.pin}`;
    this.trace = { header: { ...UNCHANGED, ...header, trace_id }, tensors };
    for (const [name, tensor] of weights) this.weights.set(name, tensor);
    const logits = logitsNode(header.nodes);
    if (logits) this.exact.set(logits, Float32Array.from(header.logits));
    this.link = 'fresh';
  }

  /** Exact values come with the frames of a run that rests. */
  override needExact(): Promise<void> {
    return Promise.resolve();
  }

  /** Weights come with the frames. */
  override needWeights(): Promise<void> {
    return Promise.resolve();
  }

  /** What hovering needs is here already. */
  override prefetch(): Promise<void> {
    return Promise.resolve();
  }
}
