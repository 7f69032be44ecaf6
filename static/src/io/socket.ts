/**
 * All that a run says, in order and once: by WebSocket, opened again when it breaks, and by asking
 * every half second where sockets are blocked.
 */
import { stepOf, type RunEvent } from '../core/run';
import { ProblemError } from './api';
import { fetchEvents } from './runs';

/** live: a socket is open; polling: sockets are blocked; away: no answer; gone: no such run. */
export type Wire = 'opening' | 'live' | 'polling' | 'away' | 'gone';

export interface Hearing {
  onevent: (event: RunEvent) => void;
  onframe: (bytes: ArrayBuffer) => void;
  /** `reason` is the server's own sentence, where there is one. */
  onwire: (wire: Wire, reason: string) => void;
}

export type Wish =
  | { type: 'look'; pin: number; frames: boolean }
  | { type: 'glass'; name: string | null; index: number };

const RETRY_MS = [250, 500, 1000, 2000, 4000, 8000] as const;
const POLL_MS = 500;
/** So many sockets that never opened mean that something between blocks them. */
const BLOCKED_AFTER = 2;
/** While polling, a socket is tried again after so many answers. */
const POLLS_PER_TRY = 20;
const GONE_CODE = 4404;
/** The server did not like what it got, or this page slept: not at once again. */
const REFUSED_CODE = 1008;
const GONE_STATUS = 404;

export class RunSocket {
  #id: string;
  #hearing: Hearing;
  #seq = 0;
  #step: number;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = new AbortController();
  /** Tries since the last socket that said something. */
  #tries = 0;
  #polls = 0;
  /** The last wish of each type, told again to every new socket. */
  #wishes = new Map<Wish['type'], Wish>();

  /** Hears a run from a step on; events up to `seq` are known already. */
  constructor(id: string, hearing: Hearing, { step = 0, seq = 0 } = {}) {
    this.#id = id;
    this.#hearing = hearing;
    this.#step = step;
    this.#seq = seq;
    this.#open();
  }

  /** Ends it: nothing is heard after this. */
  close(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** Tells the server what is looked at; kept for sockets to come. */
  wish(wish: Wish): void {
    this.#wishes.set(wish.type, wish);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(wish));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #open(): void {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    // The step itself again: what happened at it may not have come yet; doubles are known by seq.
    const path = `/ws/runs/${encodeURIComponent(this.#id)}?from_step=${this.#step}`;
    const socket = new WebSocket(`${scheme}//${location.host}${path}`);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#onopen(socket);
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#onmessage(data);
    socket.onclose = (event) => this.#onclose(event);
  }

  #onopen(socket: WebSocket): void {
    clearTimeout(this.#timer);
    for (const wish of this.#wishes.values()) socket.send(JSON.stringify(wish));
    this.#hearing.onwire('live', '');
  }

  #onmessage(data: string | ArrayBuffer): void {
    // Not before: a server that is full opens a socket only to say so.
    this.#tries = 0;
    if (typeof data === 'string') this.#hear(JSON.parse(data) as RunEvent);
    else this.#hearing.onframe(data);
  }

  #hear(event: RunEvent): void {
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
    this.#step = Math.max(this.#step, stepOf(event));
    this.#hearing.onevent(event);
  }

  #onclose({ code, reason }: CloseEvent): void {
    this.#socket = null;
    if (code === GONE_CODE) return this.#hearing.onwire('gone', reason);
    this.#tries++;
    if (this.#tries > BLOCKED_AFTER) return void this.#poll();
    this.#hearing.onwire('away', reason);
    const attempt = code === REFUSED_CODE ? RETRY_MS.length : this.#tries - 1;
    this.#later(attempt, () => this.#open());
  }

  /** Not all pages at the same moment: the server that comes back must not be run over. */
  #later(attempt: number, work: () => void): void {
    const wait_ms = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] as number;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, wait_ms * (0.75 + Math.random() / 2));
  }

  async #poll(): Promise<void> {
    const { signal } = this.#ended;
    try {
      for (const event of await fetchEvents(this.#id, this.#step, signal)) this.#hear(event);
      if (signal.aborted) return;
      this.#hearing.onwire('polling', '');
      this.#polls++;
      const isTry = this.#polls % POLLS_PER_TRY === 0;
      this.#timer = setTimeout(() => (isTry ? this.#open() : void this.#poll()), POLL_MS);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof ProblemError && error.problem.status === GONE_STATUS) {
      return this.#hearing.onwire('gone', error.problem.detail);
    }
    this.#tries++;
    this.#hearing.onwire('away', '');
    this.#later(this.#tries, () => this.#open());
  }
}
