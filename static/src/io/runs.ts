/** Requests about runs: typed answers, problems as errors, nothing retried here. */
import type { Experiment, Option, Options, Run, RunEvent, Value } from '../core/run';
import { askAhead } from './ahead';
import { request, requestTensors } from './api';
import type { Columns } from '../core/rows';
import { columnOf } from '../core/wire';

export type Control =
  | { action: 'pause' | 'resume' | 'step_phase' | 'step_batch' | 'step_epoch' | 'stop' }
  | { action: 'find_lr' | 'evaluate' | 'open_test' }
  | { action: 'set'; name: string; value: Value };

/** Those of a long run that are sent; its epochs follow from its steps. */
export const SENT_COLUMNS = ['step', 'loss', 'accuracy', 'lr'] as const;
export type SentColumns = Columns<(typeof SENT_COLUMNS)[number]>;
const POINTS = `/history?columns=${SENT_COLUMNS.join(',')}`;
const AS_BYTES = { Accept: 'application/octet-stream' };

/** From here on the points come in one piece. */
const LONG_RUN = 4096;

export function isLong({ step }: Pick<Run, 'step'>): boolean {
  return step >= LONG_RUN;
}

export const EXPORTS = ['csv', 'checkpoint', 'script'] as const;
export type Export = (typeof EXPORTS)[number];

const JSON_TYPE = { 'Content-Type': 'application/json' };
const pathOf = (id: string, more = '') => `/api/runs/${encodeURIComponent(id)}${more}`;

function read<T>(response: Response): Promise<T> {
  return response.json() as Promise<T>;
}

function send<T>(path: string, method: string, body: unknown): Promise<T> {
  const init = { method, headers: JSON_TYPE, body: JSON.stringify(body) };
  return request(path, init, read<T>);
}

export function fetchOptions(signal: AbortSignal): Promise<readonly Option[]> {
  return request('/api/options', { signal }, read<readonly Option[]>);
}

export function fetchExperiments(signal: AbortSignal): Promise<readonly Experiment[]> {
  return request('/api/experiments', { signal }, read<readonly Experiment[]>);
}

/** All runs, newest first. */
export function fetchRuns(signal: AbortSignal): Promise<readonly Run[]> {
  return request('/api/runs', { signal }, read<readonly Run[]>);
}

export function fetchRun(id: string, signal: AbortSignal): Promise<Run> {
  return request(pathOf(id), { signal }, read<Run>);
}

/** Starts a run; options that are left out have their defaults. */
export function postRun(options: Options): Promise<Run> {
  return send('/api/runs', 'POST', options);
}

export function postControl(id: string, control: Control): Promise<Run> {
  return send(pathOf(id, '/control'), 'POST', control);
}

export function renameRun(id: string, name: string): Promise<Run> {
  return send(pathOf(id), 'PATCH', { name });
}

export function deleteRun(id: string): Promise<unknown> {
  return request(pathOf(id), { method: 'DELETE' }, (response) => response.text());
}

/** Stored events from a step on, of some types or of all. */
export async function fetchEvents(
  id: string,
  fromStep: number,
  signal: AbortSignal,
  types: readonly RunEvent['type'][] = [],
): Promise<readonly RunEvent[]> {
  const query = new URLSearchParams({ from_step: String(fromStep) });
  if (types.length > 0) query.set('types', types.join(','));
  const path = pathOf(id, `/events?${query.toString()}`);
  return (await request(path, { signal }, read<{ events: readonly RunEvent[] }>)).events;
}

/** What is recorded at each step, in whole columns. */
export async function fetchPoints(id: string, signal: AbortSignal): Promise<SentColumns> {
  const path = pathOf(id, POINTS);
  const { tensors, metadata } = await requestTensors(path, { headers: AS_BYTES, signal });
  const { count } = JSON.parse(metadata['run'] ?? '{}') as { count: number };
  const columns = SENT_COLUMNS.map((name) => [name, columnOf(tensors, name, count)]);
  return Object.fromEntries(columns) as SentColumns;
}

/** Asks for a run and its points before the view is there that shows them. */
export function lookAhead(id: string): void {
  askAhead(pathOf(id));
  // Of a short run they are few, and nobody comes for them.
  askAhead(pathOf(id, POINTS), { headers: AS_BYTES });
}

export function exportPath(id: string, what: Export): string {
  return pathOf(id, `/export/${what}`);
}

/** Pins a picture of the person's own in place of another. */
export function pinPicture(id: string, slot: number, bytes: Blob): Promise<unknown> {
  const headers = { 'Content-Type': 'application/octet-stream' };
  const init = { method: 'POST', headers, body: bytes };
  return request(pathOf(id, `/pins?slot=${slot}`), init, (response) => response.text());
}

/** Pins a picture of the run's data set. */
export function pinIndex(id: string, slot: number, index: number): Promise<unknown> {
  const path = pathOf(id, `/pins?slot=${slot}&index=${index}`);
  return request(path, { method: 'POST' }, (response) => response.text());
}

/** Address of a picture of a data set, as a PNG. */
export function picturePath(data: string, index: number): string {
  return `/api/data/${encodeURIComponent(data)}/pictures/${index}`;
}
