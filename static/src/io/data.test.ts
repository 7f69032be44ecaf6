// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeListing, serve } from '../../tests/setup';
import { download, fetchViews, sheetPath } from './data';

afterEach(() => vi.unstubAllGlobals());
const { signal } = new AbortController();

/** An answer that comes in these pieces, wherever they were cut. */
function pieces(...texts: string[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(encoder.encode(text));
      controller.close();
    },
  });
  return new Response(body);
}

describe('a download', () => {
  it('says how far it is, whatever way its lines are cut, and ends with the set', async () => {
    const listing = makeListing('mnist');
    const text = `{"done": 1, "total": null}\n{"done": 5, "total": 9}\n${JSON.stringify({ listing })}\n`;
    const answer = () => pieces(text.slice(0, 7), text.slice(7, 40), text.slice(40));
    serve({ 'POST /api/data/mnist/download': answer });
    const seen: unknown[] = [];
    const found = await download('mnist', (...progress) => seen.push(progress), signal);
    expect(seen).toEqual([
      [1, null],
      [5, 9],
    ]);
    expect(found).toEqual(listing);
  });

  it('throws the problem that comes in the middle', async () => {
    const problem = { en: 'no network', zh: '没有网络' };
    const hint = { en: 'Try again.', zh: '请再试一次。' };
    serve({
      'POST /api/data/mnist/download': () =>
        pieces('{"done": 1, "total": 2}\n', JSON.stringify({ problem, hint })),
    });
    await expect(download('mnist', () => undefined, signal)).rejects.toMatchObject({
      problem: { values: { ...problem, hint_zh: hint.zh }, hint: hint.en },
    });
  });
});

describe('the address of a sheet', () => {
  it('names what divides the data, and not what the network is', () => {
    const options = { data: 'my set', noise: 0.2, folds: 3, lr: 1, net: 'mlp' };
    expect(sheetPath('my set', 8, options)).toBe(
      '/api/data/my%20set/sheet?noise=0.2&folds=3&per_class=8',
    );
  });
});

describe('views of a picture', () => {
  it('are asked for with what the picture and its changes depend on', async () => {
    const calls = serve({ 'GET /api/data/digits/augment': () => new Response('png') });
    const view = { index: 4, count: 8, options: { flip: true, noise: 0.1, lr: 1 } };
    await fetchViews('digits', view, signal);
    expect(calls[0]?.query.toString()).toBe('noise=0.1&flip=true&index=4&n=8');
  });
});
