// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makePage, NODES } from '../../tests/network';
import { away, codesOf, exactOf, FakeServer, problem } from '../../tests/server';
import type { NodeInfo } from '../core/types';
import {
  AwayError,
  fetchCard,
  fetchExact,
  fetchWeights,
  postTrace,
  ProblemError,
  readPageData,
} from './api';

let server: FakeServer;
const { signal } = new AbortController();

beforeEach(() => {
  server = new FakeServer();
});
afterEach(() => vi.unstubAllGlobals());

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const card = () => failure(fetchCard('tiny', signal));

describe('readPageData', () => {
  it('is the one JSON element of the page', () => {
    const page = makePage();
    document.body.innerHTML = '<script type="application/json" id="page-data"></script>';
    (document.getElementById('page-data') as HTMLElement).textContent = JSON.stringify(page);
    expect(readPageData()).toEqual(page);
    document.body.innerHTML = '';
  });
});

describe('postTrace', () => {
  it('asks for a bundled picture by its name, without a body', async () => {
    await postTrace('tiny', { bundled: 'coffee & cake' }, '', signal);
    const [call] = server.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/api/models/tiny/trace', signal });
    expect([...(call?.query ?? [])]).toEqual([['picture', 'coffee & cake']]);
    expect(call?.body).toBeUndefined();
  });

  it('sends the bytes of an own picture, and the crop', async () => {
    const bytes = new Blob(['picture']);
    await postTrace('tiny', { bytes }, '1,2,30', signal);
    expect(server.calls[0]?.body).toBe(bytes);
    expect([...(server.calls[0]?.query ?? [])]).toEqual([['crop', '1,2,30']]);
  });

  it('gives the header and the bytes of every node', async () => {
    const { header, tensors } = await postTrace('tiny', { bundled: 'coffee' }, '', signal);
    expect(header.trace_id).toBe('trace-1');
    for (const node of NODES)
      expect([...(tensors.get(node.id)?.data ?? [])]).toEqual(codesOf(node));
  });

  it('keeps a name from reaching another address', async () => {
    await postTrace('../x?y', { bundled: 'coffee' }, '', signal);
    expect(server.calls[0]?.path).toBe('/api/models/..%2Fx%3Fy/trace');
  });
});

describe('fetchExact', () => {
  it('asks for the nodes of a kept trace and gives their numbers', async () => {
    const tensors = await fetchExact('trace-1', ['conv', 'dense'], signal);
    expect([...(server.calls[0]?.query ?? [])]).toEqual([
      ['precision', 'float32'],
      ['nodes', 'conv,dense'],
    ]);
    expect([...tensors.keys()]).toEqual(['conv', 'dense']);
    expect(tensors.get('conv')?.data).toEqual(exactOf(NODES[1] as NodeInfo));
  });
});

describe('fetchWeights', () => {
  it('gives the weights of the nodes by their names', async () => {
    const tensors = await fetchWeights('tiny', ['conv', 'dense'], signal);
    expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ['conv.weight', [4, 3, 3, 3]],
      ['conv.bias', [4]],
      ['dense.weight', [3, 36]],
      ['dense.bias', [3]],
    ]);
  });
});

describe('a request', () => {
  it('that is refused says why', async () => {
    server.next = [problem(422, { 'Retry-After': '7' })];
    const error = (await card()) as ProblemError;
    expect(error).toBeInstanceOf(ProblemError);
    expect(error.problem).toMatchObject({ status: 422, detail: 'No 422.', hint: 'Ask.' });
    expect(error.retryAfter_s).toBe(7);
  });

  it.each([
    ['a page of HTML', '<html>'],
    ['nothing', ''],
    ['null', 'null'],
  ])('that is refused with %s has a problem all the same', async (_what, body) => {
    server.next = [new Response(body, { status: 502, statusText: 'Bad Gateway' })];
    const error = (await card()) as ProblemError;
    expect(error.problem).toEqual({
      ...{ type: 'about:blank', title: 'Bad Gateway', status: 502 },
      ...{ detail: '502 Bad Gateway', hint: '' },
    });
  });

  it.each([
    [{}, 1],
    [{ 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 1],
    [{ 'Retry-After': '0' }, 1],
    [{ 'Retry-After': '2' }, 2],
  ] as [Record<string, string>, number][])('with %j waits %i s', async (headers, wait_s) => {
    server.next = [problem(503, headers)];
    expect(((await card()) as ProblemError).retryAfter_s).toBe(wait_s);
  });

  it('without an answer says that the server is away', async () => {
    server.next = [away()];
    expect(await card()).toBeInstanceOf(AwayError);
  });

  it('that breaks off in the middle of the answer says that the server is away', async () => {
    const broken = () => new Response(new ReadableStream({ start: (it) => it.error(away()) }));
    server.next = [broken(), broken()];
    expect(await card()).toBeInstanceOf(AwayError);
    expect(await failure(fetchExact('trace-1', ['conv'], signal))).toBeInstanceOf(AwayError);
  });

  it('that was given up is not taken for a server away', async () => {
    const control = new AbortController();
    const work = failure(fetchCard('tiny', control.signal));
    control.abort();
    expect(await work).toMatchObject({ name: 'AbortError' });
  });

  it('with bytes that are no payload says so', async () => {
    server.next = [new Response('nonsense')];
    const error = (await failure(fetchExact('trace-1', ['conv'], signal))) as Error;
    expect(error.message).toMatch(/^Not a valid payload/);
  });
});
