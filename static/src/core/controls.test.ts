import { describe, expect, it } from 'vitest';
import { makeOption, TABLE } from '../../tests/training';
import { controlsOf } from './controls';
import { GROUPS } from './run';

describe('the controls', () => {
  it('show every option once, but for those that are set elsewhere', () => {
    const shown = GROUPS.flatMap((group) => {
      const { first, more } = controlsOf(TABLE, group);
      return [...first, ...more].map(({ name }) => name);
    });
    expect(new Set(shown).size).toBe(shown.length);
    const elsewhere = TABLE.map(({ name }) => name).filter((name) => !shown.includes(name));
    expect(elsewhere.sort()).toEqual(['data', 'layers', 'lr', 'name', 'paused', 'speed']);
  });

  it('show an option that this page has never heard of under "more"', () => {
    const table = [...TABLE, makeOption({ name: 'gravity', group: 'optimiser' })];
    const { first, more } = controlsOf(table, 'optimiser');
    expect(first.map(({ name }) => name)).toEqual(['optimiser', 'batch']);
    expect(more.map(({ name }) => name)).toEqual(['gravity']);
  });

  it('put the seed beside the stop conditions', () => {
    const table = [makeOption({ name: 'seed', group: 'optimiser' })];
    expect(controlsOf(table, 'running').first).toEqual(table);
    expect(controlsOf(table, 'optimiser').first).toEqual([]);
  });
});
