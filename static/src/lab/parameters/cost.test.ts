import { describe, expect, it } from 'vitest';
import { decodeSettings } from '../../core/settings';
import { costOf, faultOf, mostGroups, workings, type Cost } from './cost';
import { PARAMETER_TABLE } from './settings';

const layer = (text: string) => decodeSettings(PARAMETER_TABLE, text);
const cost = (text: string) => costOf(layer(text));

// The numbers are those of torch 2: numel, the shape of an output, FlopCounterMode / 2.
describe('what a layer costs', () => {
  it('divides the kernels by the groups, not the biases', () => {
    expect(cost('i:8,o:16,g:4')).toMatchObject({ parameters: 304, macs: 225_792 });
    expect(cost('i:8,o:8,g:8')).toMatchObject({ parameters: 80, macs: 56_448 });
  });

  it('spreads a kernel by its dilation without a parameter more', () => {
    expect(cost('d:3,p:0')).toEqual({
      ...{ parameters: 224, macs: 104_544, shape: [8, 22, 22], field: 7 },
    });
  });

  it('counts a transposed convolution from its input', () => {
    expect(cost('kind:transposed,i:6,o:4,s:2,a:1,g:2,d:2')).toEqual({
      ...{ parameters: 112, macs: 84_672, shape: [4, 58, 58], field: 5 },
    });
  });

  it('has no biases where they are switched off', () => {
    const kinds = ['conv', 'transposed', 'dense'];
    expect(kinds.map((kind) => cost(`kind:${kind},bias:0`)?.parameters)).toEqual([216, 216, 24]);
    expect(kinds.map((kind) => cost(`kind:${kind}`)?.parameters)).toEqual([224, 224, 32]);
  });

  it.each([
    ['norm,i:8', 16],
    ['groupnorm,i:8,g:4', 16],
    ['layernorm,i:8,n:5', 400],
    ['prelu,i:8', 1],
    ['prelu,i:8,each:1', 8],
    ...['pool', 'activation', 'dropout', 'flatten', 'add', 'concat'].map((kind) => [kind, 0]),
  ] as [string, number][])('of %s is %i parameters', (text, parameters) => {
    expect(cost(`kind:${text}`)?.parameters).toBe(parameters);
  });

  it('puts channels behind each other, and cells into one row', () => {
    expect(cost('kind:concat,i:3,o:8,n:5')?.shape).toEqual([11, 5, 5]);
    expect(cost('kind:flatten,i:3,n:5')?.shape).toEqual([75]);
  });

  it('has no size where no window fits', () => {
    expect(cost('n:2,p:0')?.shape).toEqual([8, 0, 0]);
    expect(cost('kind:transposed,n:1,p:3')?.shape).toEqual([8, 0, 0]);
  });

  it('says why torch refuses a layer', () => {
    expect(['i:6,o:4,g:3', 'i:6,o:4,g:4'].map((text) => faultOf(layer(text)))).toEqual([
      'groups',
      'groups',
    ]);
    expect(faultOf(layer('kind:transposed,a:2,s:2,d:2'))).toBe('added');
    expect(faultOf(layer('kind:transposed,a:1,d:2'))).toBeNull();
    expect(faultOf(layer('kind:dense,i:6,o:4,g:3'))).toBeNull();
    expect(faultOf(layer('kind:groupnorm,i:6,g:4'))).toBe('shared');
    expect(cost('i:6,o:4,g:3')).toBeNull();
    expect(mostGroups(12, 18)).toBe(6);
  });

  it('writes its workings with its numbers', () => {
    const text = 'kind:transposed,i:6,o:4,s:2,a:1,g:2,d:2';
    expect(workings(layer(text), cost(text) as Cost)).toEqual({
      side: '(28 − 1) · 2 − 2 · 1 + 2 · (3 − 1) + 1 + 1 = 58',
      macs: '6 · 4 / 2 · 3² · 28² = 84\u202f672',
    });
  });
});
