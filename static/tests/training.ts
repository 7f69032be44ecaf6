/** Options, runs and events as the server of training says them. */
import type { Option, Run, RunEvent } from '../src/core/run';

export function makeOption(part: Pick<Option, 'name'> & Partial<Option>): Option {
  const words = { en: part.name, zh: part.name };
  return {
    ...{ kind: 'number', group: 'optimiser', default: 0, low: 0, high: 1, step: null },
    ...{ scale: 'lin', unit: '', live: false, choices: null, label: words, help: words },
    ...part,
  };
}

/** Options of every kind. */
export const TABLE: readonly Option[] = [
  makeOption({ name: 'data', kind: 'text', group: 'data', default: 'digits' }),
  makeOption({ name: 'mark', kind: 'flag', group: 'data', default: false }),
  ...['folds', 'fold'].map((name) => makeOption({ name, kind: 'integer', group: 'data' })),
  makeOption({ name: 'layers', kind: 'list', group: 'network', default: null }),
  makeOption({
    ...{ name: 'optimiser', kind: 'choice', default: 'adam' },
    choices: ['sgd', 'adam'].map((id) => ({ id, en: id, zh: id })),
  }),
  makeOption({ name: 'lr', default: 0.01, low: 1e-7, high: 10, scale: 'log', live: true }),
  makeOption({ name: 'batch', kind: 'integer', default: 32, low: 0, high: 1000, scale: 'log' }),
  makeOption({ name: 'speed', group: 'running', default: 30, low: 0, high: 1000, live: true }),
  makeOption({ name: 'paused', kind: 'flag', group: 'running', default: false }),
  makeOption({ name: 'name', kind: 'text', group: 'running', default: '' }),
];

export function makeRun(part: Partial<Run> = {}): Run {
  return {
    ...{ id: '1', name: '', state: 'running', reason: null, options: {}, step: 0, results: {} },
    ...{ place: null, model: null, checkpoints: [] },
    ...part,
  };
}

/** `count` points from a step on, in one event. */
export function makePoints(seq: number, step: number, count = 1): RunEvent {
  const points = Array.from({ length: count }, (_, i) => ({
    ...{ step: step + i, epoch: (step + i) / 10, lr: 0.01 },
    ...{ loss: 1 / (step + i), accuracy: 0.5 },
  }));
  return { seq, type: 'points', points };
}

/** A WebSocket in memory: what it is told is kept, what it says is said by the test. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  static readonly OPEN = 1;
  readyState = 0;
  binaryType = 'blob';
  sent: unknown[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  static get last(): FakeSocket {
    return FakeSocket.all.at(-1) as FakeSocket;
  }

  get query(): URLSearchParams {
    return new URL(this.url).searchParams;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  say(...events: readonly RunEvent[]): void {
    for (const event of events) this.onmessage?.({ data: JSON.stringify(event) });
  }

  show(bytes: ArrayBuffer): void {
    this.onmessage?.({ data: bytes });
  }

  break(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}
