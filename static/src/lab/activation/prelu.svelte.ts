/** A real run whose PReLU slopes are watched: started at rest, read step by step, removed at its end. */
import { parseFrame } from '../../core/frame';
import { isOver, type Options, type Run, type RunEvent } from '../../core/run';
import type { Problem } from '../../core/types';
import { floatsOf } from '../../core/wire';
import { AwayError, fetchWeights, ProblemError } from '../../io/api';
import { deleteRun, postControl, postRun } from '../../io/runs';
import { RunSocket } from '../../io/socket';

/** The network's first PReLU, and its only number. */
const WEIGHT = 'prelu1.weight';
const NODE = 'prelu1';
const WISH = { type: 'glass', name: WEIGHT, index: 0 } as const;
const OPTIONS: Options = {
  data: 'digits',
  net: 'tiny8',
  activation: 'prelu',
  epochs: 1,
  lr: 0.01,
  speed: 20,
  // Not a step before the slope that it begins with is seen.
  paused: true,
};

export interface SlopeAt {
  step: number;
  a: number;
}

export type Stage = 'idle' | 'starting' | 'queued' | 'running' | 'done';

export class PreluRun {
  stage: Stage = $state('idle');
  path: readonly SlopeAt[] = $state.raw([]);
  problem: Pick<Problem, 'detail' | 'hint'> | null = $state.raw(null);
  /** The server did not answer. */
  isAway = $state(false);

  #run: Run | null = null;
  #socket: RunSocket | null = null;
  #ended = new AbortController();

  get isBusy(): boolean {
    return this.stage !== 'idle' && this.stage !== 'done';
  }

  async start(): Promise<void> {
    this.stage = 'starting';
    this.path = [];
    this.problem = null;
    this.isAway = false;
    const { signal } = this.#ended;
    try {
      this.#run = await postRun(OPTIONS);
    } catch (error) {
      return this.#fail(error);
    }
    if (signal.aborted) return this.#remove();
    // Without a place in the queue it waits for nobody, only for the network to be built.
    if (this.#run.place !== null) this.stage = 'queued';
    this.#listen(this.#run.id);
  }

  /** Ends what goes on; the run is removed. */
  close(): void {
    this.#ended.abort();
    this.#remove();
  }

  #listen(id: string): void {
    this.#socket = new RunSocket(id, {
      onevent: (event) => this.#hear(event),
      onframe: (bytes) => this.#see(bytes),
      onwire: (wire) => (this.isAway = wire === 'away' || wire === 'gone'),
    });
    this.#socket.wish({ type: 'look', pin: 0, frames: true });
    this.#socket.wish(WISH);
  }

  #hear(event: RunEvent): void {
    if (event.type !== 'state') return;
    // A wish that comes before there is a network is not kept.
    if (event.state === 'paused') this.#socket?.wish(WISH);
    if (event.state === 'running') this.stage = 'running';
    if (isOver(event.state)) void this.#finish(event.step);
  }

  #see(bytes: ArrayBuffer): void {
    const { glass, step } = parseFrame(bytes);
    if (glass?.name !== WEIGHT) return;
    const a = (glass.done ? glass.next : null) ?? glass.value;
    if (a === null) return;
    const isFirst = this.path.length === 0;
    this.#note({ step, a });
    if (isFirst && this.#run) void this.#go(this.#run.id);
  }

  async #go(id: string): Promise<void> {
    try {
      await postControl(id, { action: 'resume' });
    } catch (error) {
      this.#fail(error);
    }
  }

  #note(at: SlopeAt): void {
    this.path = [...this.path.filter(({ step }) => step < at.step), at];
  }

  /** The last slope is read from the weights that are kept. */
  async #finish(step: number): Promise<void> {
    const { signal } = this.#ended;
    try {
      const weights = await fetchWeights(`run-${this.#run?.id ?? ''}`, [NODE], signal);
      this.#note({ step, a: floatsOf(weights, WEIGHT)[0] as number });
      this.stage = 'done';
      this.#remove();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #remove(): void {
    this.#socket?.close();
    this.#socket = null;
    const run = this.#run;
    this.#run = null;
    // Without an answer it stays in the list of runs, where a person can remove it.
    if (run) void deleteRun(run.id).catch(() => undefined);
  }

  #fail(error: unknown): void {
    this.stage = 'idle';
    this.#remove();
    if (error instanceof ProblemError) this.problem = error.problem;
    else if (error instanceof AwayError) this.isAway = true;
    else throw error;
  }
}
