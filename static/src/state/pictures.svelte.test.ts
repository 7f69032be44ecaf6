import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makePage } from '../../tests/network';
import { isOwnId, Pictures, sketched } from './pictures.svelte';

const NAME = { en: 'mine', zh: '我的' };
let pictures: Pictures;
let revoke: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  let made = 0;
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${++made}`);
  revoke = vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
  pictures = new Pictures(makePage().pictures);
});
afterEach(() => vi.restoreAllMocks());

const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

describe('Pictures', () => {
  it('begin with the bundled ones, which are known by name', () => {
    expect(ids(pictures.all)).toEqual(['coffee', 'rocket', 'seven', 'one']);
    expect(pictures.find('rocket')).toMatchObject({
      ...{ own: false, source: { bundled: 'rocket' }, thumb: '/api/pictures/rocket?size=96' },
    });
    expect(pictures.find('nobody')).toBeUndefined();
  });

  it('fit a kind of network when they were made for it or are the person’s own', () => {
    const own = pictures.add(new Blob(), NAME);
    expect(ids(pictures.fitting('photo'))).toEqual(['coffee', 'rocket', own.id]);
    expect(ids(pictures.fitting('digit'))).toEqual(['seven', 'one', own.id]);
  });

  it('of the person’s own have different ids and carry their bytes', () => {
    const bytes = new Blob(['a']);
    const [first, second] = [pictures.add(bytes, NAME), pictures.add(new Blob(['b']), NAME)];
    expect(first.id).not.toBe(second.id);
    expect(first).toMatchObject({ ...NAME, own: true, source: { bytes }, thumb: 'blob:1' });
    expect([isOwnId(first.id), isOwnId('coffee')]).toEqual([true, false]);
  });

  it('of another tab are not taken for one of this', async () => {
    vi.resetModules();
    const there = (await import('./pictures.svelte')).Pictures;
    const other = new there([]).add(new Blob(), NAME);
    expect(pictures.add(new Blob(), NAME).id).not.toBe(other.id);
  });

  it('never give the id of a removed one away again', () => {
    const first = pictures.add(new Blob(), NAME);
    pictures.remove(first.id);
    expect(pictures.add(new Blob(), NAME).id).not.toBe(first.id);
  });

  it('of the person’s own are removed with their memory, bundled ones never', () => {
    const own = pictures.add(new Blob(), NAME);
    pictures.remove(own.id);
    pictures.remove('coffee');
    pictures.remove('nobody');
    expect(ids(pictures.all)).toEqual(['coffee', 'rocket', 'seven', 'one']);
    expect(revoke.mock.calls).toEqual([['blob:1']]);
  });
});

describe('sketched', () => {
  it('is a picture for any network that is not among the others', () => {
    const bytes = new Blob(['line']);
    expect(sketched(bytes)).toMatchObject({ own: true, fit: 'any', source: { bytes } });
    expect(isOwnId(sketched(bytes).id)).toBe(false);
  });
});
