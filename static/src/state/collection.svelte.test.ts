// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, makeListing, refusal, serve, settled, type Asked } from '../../tests/setup';
import type { Taken } from '../io/data';
import { Collection, freeId } from './collection.svelte';

const given: string[] = [];
const taken: Taken[] = [];
const picture = (text: string) => new Blob([text]);
let calls: Asked[];

beforeEach(() => {
  taken.length = given.length = index = 0;
  let made = 0;
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${++made}`);
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void given.push(url));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function collect(answer: (asked: Asked) => Response) {
  calls = serve({ 'POST /api/data/mine/pictures': answer });
  const collection = new Collection('mine', 'Mine', (each) => taken.push(each));
  collection.addBin('cat');
  collection.addBin('dog');
  return collection;
}

let index = 0;
const took = () => json({ listing: makeListing('mine'), index: index++, notes: [] }, 201);

describe('a collection', () => {
  it('sends pictures one after the other, each with its class and the name of the set', async () => {
    const collection = collect(took);
    collection.add('cat', [picture('1'), picture('2')]);
    collection.add('dog', [picture('3')]);
    expect(calls).toHaveLength(1);
    expect(collection.left).toBe(3);
    await settled();
    expect(calls.map(({ query }) => query.toString())).toEqual([
      'label=cat&name=Mine',
      'label=cat&name=Mine',
      'label=dog&name=Mine',
    ]);
    expect(collection.left).toBe(0);
    expect(collection.bins.map(({ count, thumbs }) => [count, thumbs.length])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    expect(taken).toHaveLength(3);
  });

  it('goes on behind a picture that was refused, and says why', async () => {
    let count = 0;
    const collection = collect(() => (++count === 1 ? refusal('no picture', '不是图片') : took()));
    collection.add('cat', [picture('x'), picture('y')]);
    await settled();
    expect(collection.problem?.values).toEqual({ en: 'no picture', zh: '不是图片' });
    expect(collection.bins[0]?.count).toBe(1);
  });

  it('takes a picture back, and knows that those behind it moved up', async () => {
    const collection = collect(took);
    collection.add('cat', [picture('1'), picture('2')]);
    collection.add('dog', [picture('3')]);
    await settled();
    const gone: string[] = [];
    const listing = makeListing('mine');
    const answer = ({ path }: Asked) => (gone.push(path), json(listing));
    serve({
      'DELETE /api/data/mine/pictures/0': answer,
      'DELETE /api/data/mine/pictures/1': answer,
    });
    const thumb = (label: string, at: number) =>
      collection.bins.find((bin) => bin.label === label)?.thumbs[at] ?? { url: '', index: -1 };
    await collection.remove('cat', thumb('cat', 0));
    await collection.remove('dog', thumb('dog', 0));
    expect(gone.map((path) => path.at(-1))).toEqual(['0', '1']);
    expect(collection.bins.map(({ count }) => count)).toEqual([1, 0]);
    expect(given).toEqual(['blob:1', 'blob:3']);
  });

  it('has a class once, drops only empty ones, and begins with those of the set', () => {
    const collection = collect(took);
    collection.addBin(' cat ');
    collection.addBin('  ');
    collection.dropBin('dog');
    expect(collection.bins.map(({ label }) => label)).toEqual(['cat']);
    const more = new Collection('mine', 'Mine', () => undefined, makeListing('mine'));
    more.dropBin('a');
    expect(more.bins.map(({ label, count }) => [label, count])).toEqual([
      ['a', 6],
      ['b', 4],
    ]);
  });

  it('sends nothing more and gives its thumbnails back at rest', async () => {
    const collection = collect(took);
    collection.add('cat', [picture('1')]);
    await settled();
    collection.add('cat', [picture('2'), picture('3')]);
    collection.rest();
    await settled();
    expect(calls).toHaveLength(2);
    expect(given).toEqual(['blob:1']);
  });
});

describe('the id of a new set', () => {
  it.each([
    ['My Pets!', [], 'my-pets'],
    ['My Pets!', ['my-pets', 'my-pets-2'], 'my-pets-3'],
    ['猫和狗', ['digits'], 'mine'],
    ['猫和狗', ['mine'], 'mine-2'],
  ])('called %s beside %j is %s', (name, others, expected) => {
    expect(freeId(name, others)).toBe(expected);
  });
});
