import { afterEach, expect, it, vi } from 'vitest';
import { askAhead, takeAhead } from './ahead';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('is read once, by who asks for the same', async () => {
  const fetch = vi.fn(() => Promise.resolve(new Response('told', { status: 203 })));
  vi.stubGlobal('fetch', fetch);
  askAhead('/api/one', { headers: { Accept: 'text/plain' } });
  expect(takeAhead('/api/other')).toBeUndefined();
  const answer = await takeAhead('/api/one');
  expect([answer?.status, await answer?.text()]).toEqual([203, 'told']);
  expect(takeAhead('/api/one')).toBeUndefined();
  expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/one', { headers: { Accept: 'text/plain' } });
});

it('is forgotten when nobody comes for it', () => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('old')));
  askAhead('/api/one');
  vi.runAllTimers();
  expect(takeAhead('/api/one')).toBeUndefined();
});

it('tells what went wrong to who comes for it, and to nobody else', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('away')));
  askAhead('/api/one');
  await expect(takeAhead('/api/one')).rejects.toThrow('away');
});
