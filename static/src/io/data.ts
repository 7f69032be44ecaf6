/** Requests about data sets: typed answers, problems as errors, nothing retried here. */
import { AUGMENTING, DIVIDING, DRAWING, queryOf, type Listing, type Sheet } from '../core/dataset';
import type { Options, Words } from '../core/run';
import type { Problem } from '../core/types';
import { AwayError, ProblemError, request } from './api';

/** A data set that took something in, and what it left out. */
export interface Taken {
  listing: Listing;
  notes: readonly Words[];
}

/** Bytes done, and of how many; null while nobody knows. */
export type Progress = (done: number, total: number | null) => void;

const BYTES = { 'Content-Type': 'application/octet-stream' };
const pathOf = (id: string, more = '') => `/api/data/${encodeURIComponent(id)}${more}`;

function read<T>(response: Response): Promise<T> {
  return response.json() as Promise<T>;
}

export function fetchListings(signal: AbortSignal): Promise<readonly Listing[]> {
  return request('/api/data', { signal }, read<readonly Listing[]>);
}

export function deleteSet(id: string): Promise<unknown> {
  return request(pathOf(id), { method: 'DELETE' }, (response) => response.text());
}

/** Takes a picture out again; those behind it move up by one. */
export function deletePicture(id: string, index: number): Promise<Listing> {
  const path = pathOf(id, `/pictures/${index}`);
  return request(path, { method: 'DELETE' }, read<Listing>);
}

/** Adds a picture to a class; the set and the class are made where they are missing. */
export function postPicture(
  id: string,
  picture: { label: string; name: string; bytes: Blob },
  signal: AbortSignal,
): Promise<Taken & { index: number }> {
  const query = new URLSearchParams({ label: picture.label, name: picture.name });
  const path = pathOf(id, `/pictures?${query.toString()}`);
  return request(
    path,
    { method: 'POST', headers: BYTES, body: picture.bytes, signal },
    read<Taken & { index: number }>,
  );
}

/** Address of the contact sheet: the first `perClass` pictures of each class. */
export function sheetPath(id: string, perClass: number, options: Options): string {
  const query = queryOf(options, DIVIDING);
  query.set('per_class', String(perClass));
  return pathOf(id, `/sheet?${query.toString()}`);
}

/** What is on the sheet of this address. */
export function fetchSheet(path: string, signal: AbortSignal): Promise<Sheet> {
  return request(path, { headers: { Accept: 'application/json' }, signal }, read<Sheet>);
}

/** The picture of an address that also answers in JSON. */
export function fetchPicture(path: string, signal: AbortSignal): Promise<Blob> {
  const headers = { Accept: 'image/png' };
  return request(path, { headers, signal }, (response) => response.blob());
}

/** `count` views of a picture as training would see it, side by side in one picture. */
export function fetchViews(
  id: string,
  view: { index: number; count: number; options: Options },
  signal: AbortSignal,
): Promise<Blob> {
  const query = queryOf(view.options, [...DRAWING, ...AUGMENTING]);
  query.set('index', String(view.index));
  query.set('n', String(view.count));
  const path = pathOf(id, `/augment?${query.toString()}`);
  return request(path, { signal }, (response) => response.blob());
}

/** Sends a zip of folders; `fetch` cannot say how much of it has gone. */
export function postZip(
  upload: { name: string; bytes: Blob },
  onprogress: Progress,
  signal: AbortSignal,
): Promise<Taken> {
  const query = new URLSearchParams({ name: upload.name });
  return new Promise((resolve, reject) => {
    const sender = new XMLHttpRequest();
    const away = () => reject(new AwayError(sender.statusText));
    sender.open('POST', `/api/data?${query.toString()}`);
    sender.setRequestHeader('Content-Type', 'application/zip');
    sender.upload.onprogress = ({ loaded, total }) => onprogress(loaded, total || null);
    sender.onerror = away;
    sender.onload = () => {
      const answer = bodyOf(sender.responseText);
      if (answer === null) away();
      else if (sender.status < 400) resolve(answer as unknown as Taken);
      else reject(new ProblemError(answer as unknown as Problem, 1));
    };
    sender.onabort = () => reject(new DOMException('', 'AbortError'));
    signal.addEventListener('abort', () => sender.abort());
    sender.send(upload.bytes);
  });
}

function bodyOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

type DownloadLine =
  { done: number; total: number | null } | { listing: Listing } | { problem: Words; hint: Words };

/** Downloads a data set to the server; the answer is a line of JSON for each part that came. */
export function download(
  id: string,
  onprogress: Progress,
  signal: AbortSignal,
): Promise<Listing | null> {
  return request(pathOf(id, '/download'), { method: 'POST', signal }, async (response) => {
    let listing: Listing | null = null;
    for await (const line of linesOf(response)) {
      const said = JSON.parse(line) as DownloadLine;
      if ('problem' in said) throw new ProblemError(toProblem(said), 1);
      if ('listing' in said) listing = said.listing;
      else onprogress(said.done, said.total);
    }
    return listing;
  });
}

/** The problem that ended an answer which had begun well. */
function toProblem({ problem, hint }: { problem: Words; hint: Words }): Problem {
  const values = { ...problem, hint_en: hint.en, hint_zh: hint.zh };
  const texts = { title: '', detail: problem.en, hint: hint.en };
  return { type: 'about:blank', status: 0, ...texts, values };
}

/** The lines of an answer as they come. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}
