import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FieldNode, WindowAxis } from './geometry';
import { asMap, outputSize, receptiveField, sources } from './geometry';
import type { Geometry } from './types';

type Golden =
  | ({ kind: 'output_size'; size: number; expected: number } & WindowAxis)
  | {
      kind: 'sources';
      name: string;
      geometry: Geometry;
      cell: number[];
      input_shapes: number[][];
      expected: unknown;
    }
  | {
      kind: 'receptive_field';
      name: string;
      nodes: FieldNode[];
      id: string;
      cell: number[];
      expected: unknown;
    };

const path = new URL('../../../tests/golden/geometry.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden[];
const casesOf = <K extends Golden['kind']>(kind: K) =>
  golden.filter((entry): entry is Extract<Golden, { kind: K }> => entry.kind === kind);

describe('the golden file', () => {
  it('has cases of every kind', () => {
    for (const kind of ['output_size', 'sources', 'receptive_field'] as const) {
      expect(casesOf(kind).length).toBeGreaterThan(10);
    }
  });

  it('gives the sizes that torch counts', () => {
    const wrong = casesOf('output_size').filter(
      (entry) => outputSize(entry.size, entry) !== entry.expected,
    );
    expect(wrong).toEqual([]);
  });

  it.each(casesOf('sources').map((entry, i) => ({ ...entry, i })))(
    'gives the sources of $name $cell ($i) that torch shows',
    ({ geometry, cell, input_shapes, expected }) => {
      expect(sources(geometry, cell, input_shapes)).toEqual(expected);
    },
  );

  it.each(casesOf('receptive_field').map((entry, i) => ({ ...entry, i })))(
    'gives the receptive field of $name $id $cell ($i) that the gradient reaches',
    ({ nodes, id, cell, expected }) => {
      expect(receptiveField(nodes, id, cell)).toEqual(expected);
    },
  );
});

describe('sources', () => {
  it('of an input are none, of an unknown operation everything', () => {
    expect(sources({ kind: 'input' }, [0, 0, 0], [])).toEqual([]);
    expect(sources({ kind: 'other', function: 'fft' }, [3], [[2, 3, 4]])).toEqual([
      { input: 0, c: [0, 2], y: [0, 3, 1], x: [0, 4, 1] },
    ]);
  });

  it('of volumes are refused in words', () => {
    expect(() => sources({ kind: 'cell', function: 'relu' }, [0, 0, 0], [[1, 2, 3, 4]])).toThrow(
      /1 × 2 × 3 × 4 has more than two spatial axes/,
    );
  });
});

describe('asMap', () => {
  it('puts vectors on the channels and lines on x', () => {
    expect([asMap([5]), asMap([5, 7]), asMap([5, 7, 9]), asMap([])]).toEqual([
      [5, 1, 1],
      [5, 1, 7],
      [5, 7, 9],
      [1, 1, 1],
    ]);
  });
});
