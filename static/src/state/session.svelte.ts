/** One run that is open: what it says, what it shows, and what it is told. */
import { parseFrame, type Frame, type GlassNumbers } from '../core/frame';
import type { Run, RunEvent } from '../core/run';
import { AwayError, ProblemError, type PageData } from '../io/api';
import { fetchEvents, fetchPoints, isLong, type Control, postControl } from '../io/runs';
import { RunSocket, type Wire } from '../io/socket';
import { onNextFrame } from './beat';
import { FirstPoint } from './firstPoint';
import { cardOf, LiveLook } from './live.svelte';
import { Recording } from './recording.svelte';

/** Everything but points and layers, which a long run has too many of. */
const RARE = [
  ...(['started', 'evaluation', 'health', 'change', 'verdict'] as const),
  ...(['finder', 'saved', 'state'] as const),
];

/** A frame waits so long for points, which come thirty times a second: they are drawn as one. */
const BESIDE_MS = 40;

export interface Glass {
  name: string;
  index: number;
}

interface Wishes {
  pin: number;
  frames: boolean;
  glass: Glass | null;
}

export class Session {
  readonly run: Run;
  readonly recording: Recording;
  /** The pinned picture in the network; null until the first frame. */
  live: LiveLook | null = $state.raw(null);
  /** Probabilities of every pinned picture, and the weight under the glass, at the last frame. */
  softmax: readonly (readonly number[])[] = $state.raw([]);
  glass: GlassNumbers | null = $state.raw(null);
  /** The last frame, also of a network whose input is no picture. */
  frame: Frame | null = $state.raw(null);
  wire: Wire = $state('opening');
  wireReason = $state('');

  #page: PageData;
  #socket: RunSocket | null = null;
  #ended = new AbortController();
  #frame: ArrayBuffer | null = null;
  #stop: (() => void) | null = null;
  #first = new FirstPoint(3);
  #wishes: Wishes;
  /** Parts of the page that show something of the frames, and are seen. */
  #viewers = new Set<string>();

  constructor(page: PageData, run: Run, pin = 0) {
    this.#page = page;
    this.run = run;
    this.recording = new Recording(run);
    this.recording.onpoints = () => this.#drawNow();
    this.#wishes = { pin, frames: false, glass: null };
    void this.#begin();
  }

  async #begin(): Promise<void> {
    const isLoaded = isLong(this.run) && (await this.#load());
    // Behind the points that came in one piece, but with the last of them once more: doubles are
    // told apart by step and by seq.
    if (isLoaded) this.#listen(this.recording.step, this.recording.seq);
    else this.#listen(0);
  }

  /** Takes in a long run in one piece; false where that failed: the socket says it all, slower. */
  async #load(): Promise<boolean> {
    const { signal } = this.#ended;
    try {
      const [columns, events] = await Promise.all([
        fetchPoints(this.run.id, signal),
        fetchEvents(this.run.id, 0, signal, RARE),
      ]);
      const started = events.find((event) => event.type === 'started');
      this.recording.load(columns, started?.steps_per_epoch ?? NaN);
      for (const event of events) this.recording.hear(event);
      this.recording.flush();
      return true;
    } catch (error) {
      const isAnswer = error instanceof ProblemError || error instanceof AwayError;
      if (!isAnswer && !signal.aborted) throw error;
      return false;
    }
  }

  #listen(step: number, seq = 0): void {
    if (this.#ended.signal.aborted) return;
    const hearing = {
      onevent: (event: RunEvent) => this.recording.hear(event),
      onframe: (bytes: ArrayBuffer) => this.#plan(bytes),
      onwire: (wire: Wire, reason: string) => {
        this.wire = wire;
        this.wireReason = reason;
      },
    };
    this.#socket = new RunSocket(this.run.id, hearing, { step, seq });
    this.#tell();
  }

  #tell(): void {
    const { pin, frames, glass } = this.#wishes;
    this.#socket?.wish({ type: 'look', pin, frames });
    this.#socket?.wish({ type: 'glass', name: glass?.name ?? null, index: glass?.index ?? 0 });
  }

  /** Says which pinned picture is looked at, whether it is seen, and which weight is examined. */
  look(wishes: Partial<Wishes>): void {
    this.#wishes = { ...this.#wishes, ...wishes };
    this.#tell();
  }

  /** A part of the page that shows frames comes into view or leaves it; without any, none come. */
  see(viewer: string, isSeen: boolean): void {
    if (isSeen) this.#viewers.add(viewer);
    else this.#viewers.delete(viewer);
    const frames = this.#viewers.size > 0;
    if (frames !== this.#wishes.frames) this.look({ frames });
  }

  control(control: Control): Promise<Run> {
    return postControl(this.run.id, control);
  }

  /** Nothing is heard or drawn after this. */
  close(): void {
    this.#ended.abort();
    this.#socket?.close();
    this.recording.rest();
    this.#stop?.();
  }

  /** The newest frame is drawn with the next points, or soon; those between are not. */
  #plan(bytes: ArrayBuffer): void {
    this.#frame = bytes;
    if (this.#stop) return;
    const draw = () => (this.#stop = onNextFrame(() => this.#draw()));
    const { state, rate } = this.recording;
    if (state !== 'running' || rate === 0) return void draw();
    const timer = setTimeout(draw, BESIDE_MS);
    this.#stop = () => clearTimeout(timer);
  }

  #drawNow(): void {
    if (!this.#frame) return;
    this.#stop?.();
    this.#draw();
  }

  #draw(): void {
    this.#stop = null;
    const { state, step } = this.recording;
    if (!this.live && this.#first.isAwaited(state, step)) {
      this.#stop = onNextFrame(() => this.#draw());
      return;
    }
    const bytes = this.#frame;
    const { started } = this.recording;
    if (!bytes || !started) return;
    this.#frame = null;
    const frame = parseFrame(bytes);
    if (frame.header) {
      this.live ??= new LiveLook(this.#page, cardOf(this.run, started, frame.header));
      this.live.draw(frame);
    }
    this.frame = frame;
    this.softmax = frame.softmax;
    this.glass = frame.glass;
  }
}
