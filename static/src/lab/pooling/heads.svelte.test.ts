import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeSettings } from '../../core/settings';
import type { Bench } from '../../state/bench.svelte';
import { HeadsAsked } from './heads.svelte';
import { POOLING_TABLE, type PoolingSettings } from './settings';

const COUNT = 21;
const CLASSES = ['circle', 'square'];
const HEADS = { heads: [], classes: CLASSES.map((id) => ({ id, en: id, zh: id })) };

/** An answer whose share of class k at (row, column) is row + column / 100 + k / 1e4. */
function places(): ArrayBuffer {
  const shares = Float32Array.from({ length: COUNT * COUNT * 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / 2 / COUNT), Math.floor(i / 2) % COUNT];
    return row + column / 100 + (i % 2) / 1e4;
  });
  const picture = Uint8Array.from({ length: 48 * 48 }, (_, i) => (i === 24 * 48 + 24 ? 204 : 0));
  const entry = (dtype: string, shape: number[], begin: number, size: number) => ({
    dtype,
    shape,
    data_offsets: [begin, begin + size],
  });
  const header = JSON.stringify({
    gap: entry('F32', [COUNT, COUNT, 2], 0, shares.byteLength),
    picture: entry('U8', [48, 48], shares.byteLength, picture.length),
  });
  const text = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length + shares.byteLength + picture.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(new Uint8Array(shares.buffer), 8 + text.length);
  bytes.set(picture, 8 + text.length + shares.byteLength);
  return bytes.buffer;
}

function asked(text = ''): HeadsAsked {
  const settings: PoolingSettings = decodeSettings(POOLING_TABLE, text);
  return new HeadsAsked({ settings } as Bench<PoolingSettings>);
}

describe('two heads', () => {
  afterEach(() => vi.unstubAllGlobals());

  const answer = (path: string) =>
    Promise.resolve(
      path.includes('places') ? new Response(places()) : new Response(JSON.stringify(HEADS)),
    );

  it('are read at the place of the shape', async () => {
    vi.stubGlobal('fetch', vi.fn(answer));
    const heads = asked('shape:square,r:6.7');
    await heads.ask();
    expect(vi.mocked(fetch).mock.calls.map(([path]) => path)).toContain(
      '/api/lab/heads/places?shape=square&radius=6.5',
    );
    expect(heads.at('gap', -10, 10).share).toBeCloseTo(20.0001, 4);
    expect(heads.at('gap', 3, 0).share).toBeCloseTo(10.1301, 4);
    expect(heads.at('gap', 3, 0).guess).toBe(1);
    expect(heads.map('gap')[5]).toBeCloseTo(0.0501, 4);
  });

  it('see the shape where it is moved', async () => {
    vi.stubGlobal('fetch', vi.fn(answer));
    const heads = asked();
    await heads.ask();
    expect(heads.seen(0, 0).indexOf(204)).toBe(14 * 28 + 14);
    expect(heads.seen(5, -3).indexOf(204)).toBe(11 * 28 + 19);
  });

  it('say that the server did not answer, and are asked again', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(() => Promise.reject(new TypeError('away'))),
    );
    const heads = asked();
    await heads.ask();
    expect(heads.isRefused).toBe(true);
    vi.stubGlobal('fetch', vi.fn(answer));
    await heads.ask();
    expect(heads.isRefused).toBe(false);
    expect(heads.places?.count).toBe(COUNT);
  });

  it('leave alone what was asked before', async () => {
    vi.stubGlobal('fetch', vi.fn(answer));
    const heads = asked();
    const first = heads.ask();
    heads.stop();
    await first;
    expect(heads.places).toBeNull();
    expect(heads.isRefused).toBe(false);
  });
});
