import { describe, expect, it, vi } from 'vitest';
import { ahead, part } from './part';

describe('a part of the page', () => {
  it('is fetched once, and then there without waiting', async () => {
    const load = vi.fn(() => Promise.resolve('code'));
    const ask = part(load);
    expect(load).not.toHaveBeenCalled();
    expect(ask()).toBeInstanceOf(Promise);
    expect(await ask()).toBe('code');
    const times = load.mock.calls.length;
    expect(ask()).toBe('code');
    expect(load).toHaveBeenCalledTimes(times);
  });

  it('is asked for again where it could not be fetched', async () => {
    const load = vi.fn(() => Promise.resolve('code'));
    load.mockRejectedValueOnce(new Error('away'));
    const ask = part(load);
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe('code');
  });

  it('is fetched ahead without a word where it does not come', async () => {
    const load = vi.fn(() => Promise.reject(new Error('away')));
    ahead(part(load));
    await Promise.resolve();
    expect(load).toHaveBeenCalledOnce();
  });
});
