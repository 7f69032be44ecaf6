/** A server of `tests/network.ts` in memory: answers `fetch`, remembers what it was asked. */
import { vi } from 'vitest';
import type { NodeInfo } from '../src/core/types';
import type { Dtype, Tensor } from '../src/core/wire';
import { makeCard, makeHeader, NODES } from './network';

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  signal: AbortSignal | null;
}

type Answer = Response | Error | Promise<Response>;

const ALIGNMENT = 8;

/** Arrays in the safetensors layout, in the order they come in. */
export function toPayload(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): ArrayBuffer {
  let at = 0;
  const entries = [...tensors].map(([name, { dtype, shape, data }]) => {
    const data_offsets = [at, (at += data.byteLength)];
    return [name, { dtype, shape, data_offsets }] as const;
  });
  const header = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(header);
  const length = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  [...tensors.values()].forEach(({ data }, i) => {
    const [begin = 0] = (entries[i]?.[1].data_offsets ?? []) as number[];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + length + begin);
  });
  return bytes.buffer;
}

function tensorOf(dtype: Dtype & ('F32' | 'U8'), shape: readonly number[], values: number[]) {
  const data = dtype === 'F32' ? Float32Array.from(values) : Uint8Array.from(values);
  return { dtype, shape, data } as Tensor;
}

export const sizeOf = (shape: readonly number[]) => shape.reduce((all, size) => all * size, 1);
const rowsOf = ({ shape }: NodeInfo) => (shape.length > 1 ? (shape[0] as number) : 1);

/** The third map of the ReLU is dead; every other one goes from -1 to 1 and more with its number. */
export function rangeOf(node: NodeInfo, row: number): [number, number] {
  return node.id === 'relu' && row === 2 ? [0, 0] : [-1, 1 + row];
}

export function codesOf(node: NodeInfo): number[] {
  const [all, rows] = [sizeOf(node.shape), rowsOf(node)];
  return Array.from({ length: all }, (_, i) => {
    const [lo, hi] = rangeOf(node, Math.floor((i * rows) / all));
    return lo === hi ? 0 : (i * 37 + node.id.length) % 256;
  });
}

/** What the codes stand for, and a little more, so that exact numbers can be told from them. */
export function exactOf(node: NodeInfo): Float32Array {
  const codes = codesOf(node);
  return Float32Array.from(codes, (code, i) => {
    const [lo, hi] = rangeOf(node, Math.floor((i * rowsOf(node)) / codes.length));
    return lo === hi ? lo : lo + (code / 255) * (hi - lo) + 1e-4;
  });
}

export function weightsOf(node: NodeInfo): Map<string, Tensor> {
  const { geometry } = node;
  const shape =
    geometry.kind === 'dense' ? [geometry.out, geometry.in] : [node.shape[0] as number, 3, 3, 3];
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 5) % 17) - 8) / 8);
  const [count = 0] = shape;
  return new Map([
    [node.weights['weight'] as string, tensorOf('F32', shape, values)],
    [node.weights['bias'] as string, tensorOf('F32', [count], values.slice(0, count))],
  ]);
}

export class FakeServer {
  calls: Call[] = [];
  /** Answers that come before the right ones; a function may wait. */
  next: (Answer | ((call: Call) => Answer))[] = [];
  nodes: readonly NodeInfo[] = NODES;
  /** Whether every picture from now on is the last one again: one content, one id. */
  isSame = false;
  #traces = 0;

  constructor() {
    vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => this.#fetch(path, init));
  }

  /** The calls whose path ends so. */
  to(end: string): Call[] {
    return this.calls.filter(({ path }) => path.endsWith(end));
  }

  async #fetch(address: string, init: RequestInit): Promise<Response> {
    const { pathname: path, searchParams: query } = new URL(address, 'http://server');
    const { method = 'GET', body, signal = null } = init;
    const call = { method, path, query, body, signal };
    this.calls.push(call);
    const planned = this.next.shift();
    const answer = typeof planned === 'function' ? planned(call) : planned;
    const gone = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    });
    const given = Promise.resolve().then(() => answer ?? this.serve(call));
    const found = await Promise.race([gone, given]);
    if (found instanceof Error) throw found;
    return found;
  }

  /** The right answer to a call. */
  serve({ path, query }: Call): Response {
    const [, , room, id = ''] = path.split('/');
    const chosen = query.get('nodes')?.split(',') ?? [];
    const asked = this.nodes.filter((node) => chosen.includes(node.id));
    if (path.endsWith('/trace')) return new Response(this.#trace(id));
    if (path.endsWith('/weights')) {
      return new Response(toPayload(new Map(asked.flatMap((node) => [...weightsOf(node)]))));
    }
    if (room === 'models') return Response.json(makeCard(id, this.nodes));
    const exact = asked.map((node) => {
      const values = tensorOf('F32', node.shape, [...exactOf(node)]);
      return [node.id, values] as const;
    });
    return new Response(toPayload(new Map(exact)));
  }

  #trace(model: string): ArrayBuffer {
    if (!this.isSame) this.#traces += 1;
    const header = makeHeader(`trace-${this.#traces}`, model, this.nodes);
    const ranges = this.nodes.map((node) => {
      const rows = Array.from({ length: rowsOf(node) }, (_, row) => rangeOf(node, row));
      return [`${node.id}.range`, tensorOf('F32', [rows.length, 2], rows.flat())] as const;
    });
    const codes = this.nodes.map(
      (node) => [node.id, tensorOf('U8', node.shape, codesOf(node))] as const,
    );
    return toPayload(new Map([...ranges, ...codes]), { trace: JSON.stringify(header) });
  }
}

/** An answer in RFC 9457's form. */
export function problem(status: number, headers: Record<string, string> = {}): Response {
  const body = { type: 'about:blank', title: 'No', status, detail: `No ${status}.`, hint: 'Ask.' };
  return Response.json(body, { status, headers });
}

export const away = () => new TypeError('Failed to fetch');

/** Lets everything happen that waits for no clock. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 8; round++) await new Promise((resolve) => setImmediate(resolve));
}

/** An answer that comes when it is told to. */
export class Later {
  answer: (response: Response) => void = () => undefined;
  readonly response = new Promise<Response>((resolve) => (this.answer = resolve));
}
