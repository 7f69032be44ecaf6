import { describe, expect, it } from 'vitest';
import {
  AUGMENTING,
  byKind,
  isAugmented,
  pointPaths,
  queryOf,
  setName,
  spreadOf,
  type Listing,
} from './dataset';

const set = (id: string, kind: Listing['kind']): Listing => ({
  ...{ id, kind, name: { en: id, zh: id }, classes: [], shape: [1, 8, 8], count: 4 },
  ...{ per_class: [2, 2], available: true, why: null, downloadable: false },
});

describe('the query of options', () => {
  it('names what is set, and nothing else', () => {
    const query = queryOf({ flip: true, shift: 0, lr: 1, crop: null }, AUGMENTING);
    expect(query.toString()).toBe('flip=true&shift=0');
  });
});

describe('augmentation', () => {
  it.each([
    [{}, false],
    [{ flip: false, rotate: 0, lr: 0.1 }, false],
    [{ flip: true }, true],
    [{ cutout: 0.2 }, true],
  ])('of %j is there: %s', (options, expected) => {
    expect(isAugmented(options)).toBe(expected);
  });
});

describe('the sets of a kind', () => {
  it('stand together, in one order, and kinds without a set are left out', () => {
    const groups = byKind([set('mine', 'own'), set('ring', 'points'), set('digits', 'bundled')]);
    expect(groups.map(({ kind, sets }) => [kind, sets.length])).toEqual([
      ['bundled', 1],
      ['own', 1],
      ['points', 1],
    ]);
  });
});

describe('the spread of classes', () => {
  it('is unknown before anything was counted', () => {
    expect(spreadOf([])).toBeNull();
    expect(spreadOf([0, 0])).toBeNull();
    expect(spreadOf([3, 0, 7])).toEqual({ least: 0, most: 7 });
  });
});

describe('the name of a set', () => {
  it.each([
    ['pets.zip', 'pets'],
    ['C:\\data\\My pets.ZIP', 'My pets'],
    ['猫狗.zip', '猫狗'],
    ['folder', 'folder'],
  ])('of %s is %s', (file, expected) => {
    expect(setName(file)).toBe(expected);
  });
});

describe('points', () => {
  it('are dots by class and part, up is up, the farthest near the edge', () => {
    const points = [
      [2, 0, 0, 'train'],
      [0, 2, 1, 'train'],
      [0, -1, 0, 'train'],
      [0, 0, 0, 'validation'],
    ] as const;
    expect(pointPaths({ points })).toEqual([
      { label: 0, part: 'train', path: 'M97.0 50.0h0M50.0 73.5h0' },
      { label: 1, part: 'train', path: 'M50.0 3.0h0' },
      { label: 0, part: 'validation', path: 'M50.0 50.0h0' },
    ]);
    expect(pointPaths({ points: [] })).toEqual([]);
  });
});
