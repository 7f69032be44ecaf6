import { describe, expect, it } from 'vitest';
import { healthHistory, healthRows } from './health';

const node = (name: string, dead: number | null, mean: number | null) => ({
  node: name,
  dead,
  saturated: null,
  mean,
  std: 1,
});
const records = [
  { step: 0, nodes: [node('conv', null, 0.1), node('relu', 0, 0.2)] },
  { step: 50, nodes: [node('conv', null, 0.3), node('relu', 0.5, null)] },
];

describe('the health of layers', () => {
  it('is that of the evaluation nearest to the cursor, of the last one without', () => {
    expect(healthRows(records, 20)?.step).toBe(0);
    expect(healthRows(records, null)?.rows[1]).toEqual({
      name: 'relu',
      dead: 0.5,
      saturated: null,
      mean: null,
      std: 1,
    });
    expect(healthRows([], 3)).toBeNull();
  });

  it('over time has only the layers that have the sign', () => {
    const { names, step, values } = healthHistory(records, 'dead');
    expect(names).toEqual(['relu']);
    expect([...step]).toEqual([0, 50]);
    expect([...(values[0] ?? [])]).toEqual([0, 0.5]);
  });

  it('is blank where it was not measured', () => {
    expect([...(healthHistory(records, 'mean').values[1] ?? [])]).toEqual([0.2, NaN]);
    expect(healthHistory(records, 'saturated').names).toEqual([]);
  });
});
