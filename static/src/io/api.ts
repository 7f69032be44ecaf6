/** Requests to the server: typed answers, problems as errors, nothing retried here. */
import { takeAhead } from './ahead';
import type { Edit } from '../core/edits';
import type { ClassName, Model, ModelSummary, Problem, TraceHeader } from '../core/types';
import { parseTensors, readTraceHeader, type Payload, type Tensor } from '../core/wire';

export interface Text {
  en: string;
  zh: string;
}

export type Fit = 'photo' | 'digit';

export interface Card extends Model {
  labels: readonly ClassName[];
  about: Text;
  mean: readonly number[];
  std: readonly number[];
  fit: Fit;
  licence: string;
  data: Readonly<Record<string, unknown>>;
  metrics: Readonly<Record<string, unknown>>;
  recipe: Readonly<Record<string, unknown>>;
}

export interface Bundled extends Text {
  id: string;
  fit: Fit;
  source: string;
  credit: string;
  licence: string;
}

/** What the template puts into the page, so that the first drawing waits for one request only. */
export interface PageData {
  version: string;
  models: readonly (ModelSummary & { fit: Fit })[];
  pictures: readonly Bundled[];
  card: Card;
}

export interface Trace {
  header: TraceHeader;
  tensors: ReadonlyMap<string, Tensor>;
}

/** The server answered with a problem (RFC 9457). */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfter_s: number,
  ) {
    super(problem.detail);
  }
}

/** The server did not answer at all. */
export class AwayError extends Error {}

export type Source = { bundled: string } | { bytes: Blob };

export function readPageData(): PageData {
  const element = document.getElementById('page-data');
  return JSON.parse(element?.textContent ?? '') as PageData;
}

async function toProblem(response: Response): Promise<ProblemError> {
  const fallback: Problem = {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    detail: `${response.status} ${response.statusText}`,
    hint: '',
  };
  const body = (await response.json().catch(() => ({}))) as Partial<Problem> | null;
  // A date, which the header may also hold, and 0 both count as a second.
  const wait_s = Number(response.headers.get('retry-after')) || 1;
  return new ProblemError({ ...fallback, ...body }, wait_s);
}

/** What `read` takes from the answer; a connection that breaks on the way is a server away. */
export async function request<T>(
  path: string,
  init: RequestInit,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  try {
    const response = await (takeAhead(path) ?? fetch(path, init));
    if (!response.ok) throw await toProblem(response);
    return await read(response);
  } catch (error) {
    if (error instanceof ProblemError || init.signal?.aborted) throw error;
    throw new AwayError(String(error));
  }
}

export async function requestTensors(path: string, init: RequestInit): Promise<Payload> {
  return parseTensors(await request(path, init, (response) => response.arrayBuffer()));
}

export function fetchCard(model: string, signal: AbortSignal): Promise<Card> {
  const path = `/api/models/${encodeURIComponent(model)}`;
  return request(path, { signal }, (response) => response.json() as Promise<Card>);
}

/** Sends a picture through a network; the answer holds bytes with ranges, for drawing. */
export async function postTrace(
  model: string,
  source: Source,
  crop: string,
  signal: AbortSignal,
): Promise<Trace> {
  const query = new URLSearchParams();
  if ('bundled' in source) query.set('picture', source.bundled);
  if (crop) query.set('crop', crop);
  const init: RequestInit = { method: 'POST', signal };
  if ('bytes' in source) {
    init.body = source.bytes;
    init.headers = { 'Content-Type': 'application/octet-stream' };
  }
  const path = `/api/models/${encodeURIComponent(model)}/trace?${query.toString()}`;
  const { tensors, metadata } = await requestTensors(path, init);
  return { header: readTraceHeader(metadata), tensors };
}

/** The trace of a kept trace's picture with some things changed before the network runs. */
export async function postEdits(
  { header: { model, trace_id } }: Trace,
  edits: readonly Edit[],
  signal: AbortSignal,
): Promise<Trace> {
  const { tensors, metadata } = await requestTensors(
    `/api/models/${encodeURIComponent(model)}/trace`,
    { ...asJson({ trace_id, edits }), signal },
  );
  return { header: readTraceHeader(metadata), tensors };
}

function asJson(body: unknown): RequestInit {
  const headers = { 'Content-Type': 'application/json' };
  return { method: 'POST', body: JSON.stringify(body), headers };
}

/** What a class has left once a channel is off (-1: none), and the likeliest class then. */
export interface Effect {
  channel: number;
  logit: number;
  probability: number;
  best: string;
}

/** POST /api/traces/{id}/knockout: each channel off alone, then more and more of them. */
export interface Knockout {
  node: string;
  class: string;
  before: Effect;
  alone: readonly Effect[];
  together: readonly Effect[];
  changes: boolean;
  total: number;
}

export function postKnockout(
  trace: string,
  ask: { node: string; class: string },
  signal: AbortSignal,
): Promise<Knockout> {
  const path = `/api/traces/${trace}/knockout`;
  return request(path, { ...asJson(ask), signal }, (r) => r.json() as Promise<Knockout>);
}

/** What the edits of a kept trace changed: a trace of the same nodes, edited minus original. */
export async function fetchDifference(trace: string, signal: AbortSignal): Promise<Trace> {
  const path = `/api/traces/${trace}/difference`;
  const { tensors, metadata } = await requestTensors(path, { signal });
  return { header: readTraceHeader(metadata), tensors };
}

/** How a class's loss or logit changes with every value of a kept trace: a trace of the same nodes. */
export async function fetchGradient(
  trace: string,
  ask: { class: string; of: 'loss' | 'logit' },
  signal: AbortSignal,
): Promise<Trace> {
  const query = new URLSearchParams({ class: ask.class, of: ask.of });
  const path = `/api/traces/${trace}/gradient?${query.toString()}`;
  const { tensors, metadata } = await requestTensors(path, { signal });
  return { header: readTraceHeader(metadata), tensors };
}

/** The exact float32 values of some nodes of a kept trace. */
export async function fetchExact(
  trace: string,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Tensor>> {
  const query = new URLSearchParams({ precision: 'float32', nodes: nodes.join(',') });
  return (await requestTensors(`/api/traces/${trace}?${query.toString()}`, { signal })).tensors;
}

export async function fetchWeights(
  model: string,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Tensor>> {
  const query = new URLSearchParams({ nodes: nodes.join(',') });
  const path = `/api/models/${encodeURIComponent(model)}/weights?${query.toString()}`;
  return (await requestTensors(path, { signal })).tensors;
}
