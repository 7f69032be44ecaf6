import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  cellArithmetic,
  type CellArithmetic,
  type CellAt,
  type Part,
  type Source,
} from './arithmetic';
import { cellGradient } from './cellGradient';
import type { NodeInfo } from './types';

interface GoldenPart {
  name: string;
  value: number;
  c: number | null;
  count: number;
  terms: (string | number | boolean | null | number[])[][];
}

interface Golden {
  name: string;
  nodes: NodeInfo[];
  values: Record<string, (number | null)[]>;
  weights: Record<string, { shape: number[]; data: number[] }>;
  cell: CellAt;
  gradient: { output: number; parts: [number | null, [number | null, number | null][]][] };
  expected: Pick<CellArithmetic, 'kind' | 'value' | 'winner' | 'additive' | 'reason'> & {
    parts: GoldenPart[];
  };
}

const path = new URL('../../../tests/golden/arithmetic.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden[];

function sourceOf({ nodes, values, weights }: Golden): Source {
  return {
    node: (id) => nodes.find((node) => node.id === id) as NodeInfo,
    values: (id) => values[id] && Float32Array.from(values[id], (value) => value ?? NaN),
    weight: (name) => {
      const found = weights[name];
      return found && { shape: found.shape, data: Float32Array.from(found.data) };
    },
    scale: () => null,
  };
}

/** A part as the golden file has it. */
function plain({ name, value, c, count, terms }: Part): GoldenPart {
  const rows = terms.map((term) => {
    const { node, y, x, weight, product, padded, at } = term;
    return [node, term.c, y, x, term.value, weight, product, padded, at && [...at]];
  });
  return { name, value, c, count, terms: rows };
}

/** Numbers to 10 digits, so that only the order of additions may differ. */
function rounded(value: unknown): unknown {
  const text = JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'number' ? Number(each.toPrecision(10)) + 0 : each,
  );
  return JSON.parse(text);
}

describe('the arithmetic of a cell', () => {
  it.each(golden.map((entry, i) => ({ ...entry, i })))(
    'is what torch says: $name ($i)',
    (entry) => {
      const made = cellArithmetic(sourceOf(entry), 'n', entry.cell) as CellArithmetic;
      const { kind, value, parts, winner, additive, reason } = made;
      const found = { kind, value, parts: parts.map(plain), winner, additive, reason };
      expect(rounded(found)).toEqual(rounded(entry.expected));
      expect([made.node, made.op, made.cell]).toEqual(['n', entry.nodes.at(-1)?.op, entry.cell]);
    },
  );

  it.each(golden.map((entry, i) => ({ ...entry, i })))(
    'goes back as autograd says: $name ($i)',
    (entry) => {
      const made = cellArithmetic(sourceOf(entry), 'n', entry.cell) as CellArithmetic;
      const found = cellGradient(made, entry.gradient.output);
      const shares = found.map((part) => [
        part.value,
        part.terms.map(({ value, weight }) => [value, weight]),
      ]);
      expect(rounded(shares)).toEqual(rounded(entry.gradient.parts));
      expect(found.map(({ name, c }) => [name, c])).toEqual(
        entry.expected.parts.map(({ name, c }) => [name, c]),
      );
    },
  );

  it('lets a number that is none win a maximum, as torch does', () => {
    const pool = golden.find(({ name }) => name === 'max 2x2') as Golden;
    const values = {
      ...pool.values,
      in0: [...(pool.values['in0'] as number[])] as (number | null)[],
    };
    const [, second] = pool.expected.parts[0]?.terms as (number | null)[][];
    const [, c, y, x] = second as [unknown, number, number, number];
    values['in0'][(c * 7 + y) * 8 + x] = null;
    const made = cellArithmetic(sourceOf({ ...pool, values }), 'n', pool.cell);
    expect(made?.winner).toEqual({ c, y, x });
  });

  const conv = golden[0] as Golden;

  it('waits for values and for weights', () => {
    const whole = sourceOf(conv);
    const without = { ...whole, weight: () => undefined };
    expect(cellArithmetic(without, 'n', conv.cell)).toBeNull();
    for (const missing of ['n', 'in0']) {
      const values = (id: string) => (id === missing ? undefined : whole.values(id));
      expect(cellArithmetic({ ...whole, values }, 'n', conv.cell)).toBeNull();
    }
  });

  it('is none for a node of three spatial axes', () => {
    const volume = golden.find(({ name }) => name === 'flatten a volume') as Golden;
    expect(cellArithmetic(sourceOf(volume), 'in0', { c: 0, y: 0, x: 0 })).toBeNull();
  });
});
