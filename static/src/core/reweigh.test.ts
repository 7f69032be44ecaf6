import { describe, expect, it } from 'vitest';
import type { Edit } from './edits';
import { indexOf, placeOf, reweighed } from './reweigh';
import type { Tensor } from './wire';

const SHAPE = [2, 3, 2];
const make = (): Tensor => ({ dtype: 'F32', shape: SHAPE, data: new Float32Array(12) });
const edit = (name: string, index: readonly number[], value: number): Edit => ({
  ...{ kind: 'weight', name, index, value },
});

describe('an edited tensor', () => {
  it('has the new numbers where they belong, and the old one stays', () => {
    const tensor = make();
    const found = reweighed(tensor, 'w', [edit('w', [1, 2, 0], 5), edit('v', [0, 0, 0], 7)]);
    expect([...found.data].map(Number)).toEqual([...Array<number>(10).fill(0), 5, 0]);
    expect([...tensor.data].every((value) => Number(value) === 0)).toBe(true);
  });

  it('is the tensor itself where nothing of it is edited', () => {
    const tensor = make();
    expect(reweighed(tensor, 'w', [edit('v', [0, 0, 0], 7)])).toBe(tensor);
  });
});

it('places and indices are each other’s inverse', () => {
  for (let place = 0; place < 12; place++)
    expect(placeOf(indexOf(place, SHAPE), SHAPE)).toBe(place);
  expect(indexOf(11, SHAPE)).toEqual([1, 2, 1]);
});
