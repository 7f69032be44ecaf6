import { describe, expect, it } from 'vitest';
import { BENCH_OPS, benchesOf, nodeOf, settingOf } from './benchOps';
import type { NodeInfo, Op } from './types';

const WINDOW = { kernel: [3, 3], stride: [2, 2], dilation: [1, 1], mixes: true } as const;

function node(op: Op, more: Partial<NodeInfo> = {}): NodeInfo {
  const made = { id: op, op, label: op, inputs: [], shape: [8, 14, 14], parameters: 0 };
  return { ...made, geometry: { kind: 'input' }, weights: {}, note: '', block: 0, ...more };
}

const conv = (padding: readonly (readonly [number, number])[]) =>
  node('conv', { geometry: { kind: 'window', ...WINDOW, padding } });

describe('benchesOf', () => {
  it('keeps the order of the lab, and every bench is found from some layer', () => {
    expect(benchesOf('conv')).toEqual(['kernel', 'channels', 'field', 'matrix', 'parameters']);
    const found = new Set(Object.values(BENCH_OPS).flatMap((ops) => ops.flatMap(benchesOf)));
    expect([...found].sort()).toEqual(Object.keys(BENCH_OPS).sort());
  });
});

describe('nodeOf', () => {
  const nodes = [node('conv'), node('pool'), node('dense')];

  it('is the opened node where the bench is about its kind', () => {
    expect(nodeOf('field', nodes, 'pool')?.id).toBe('pool');
    expect(nodeOf('parameters', nodes, 'conv')?.id).toBe('conv');
  });

  it('is else the first of its own kind, and none where the network has none', () => {
    expect(nodeOf('field', nodes, 'dense')?.id).toBe('conv');
    expect(nodeOf('parameters', nodes, null)?.id).toBe('dense');
    expect(nodeOf('softmax', nodes, 'conv')).toBeUndefined();
  });
});

describe('settingOf', () => {
  const input = node('input', { shape: [3, 28, 28] });

  it('puts a layer into the calculator', () => {
    const even = [[1, 1] as const, [1, 1] as const];
    const set = settingOf('parameters', conv(even), input);
    expect(set).toBe('kind:conv,i:3,o:8,k:3,s:2,p:1,d:1,g:1,n:28');
    expect(settingOf('kernel', conv(even), input)).toBeNull();
  });

  it('says only the kind of a window that is not the same on all sides', () => {
    const uneven = [[1, 0] as const, [1, 0] as const];
    expect(settingOf('parameters', conv(uneven), input)).toBe('kind:conv');
  });
});
