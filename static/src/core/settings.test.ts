import { describe, expect, it } from 'vitest';
import {
  choice,
  decodeSettings,
  encodeSettings,
  flag,
  numbers,
  real,
  whole,
  type SettingsTable,
} from './settings';

interface Settings {
  n: number;
  x: number;
  tab: 'line' | 'numbers';
  on: boolean;
  w: readonly number[];
}

const TABLE: SettingsTable<Settings> = {
  n: whole(5, 1, 16),
  x: real(0, -1, 1),
  tab: choice(['line', 'numbers']),
  on: flag(true),
  w: numbers([1, 0, -1], 9),
};
const FIRST: Settings = { n: 5, x: 0, tab: 'line', on: true, w: [1, 0, -1] };

describe('the settings of a bench', () => {
  it('say nothing where they are as they begin', () => {
    expect(encodeSettings(TABLE, FIRST)).toBeNull();
    expect(decodeSettings(TABLE, null)).toEqual(FIRST);
  });

  it('come back as they were written', () => {
    const settings: Settings = { n: 16, x: -0.25, tab: 'numbers', on: false, w: [-1, 0.5, 2e-7] };
    const text = encodeSettings(TABLE, settings);
    expect(text).toBe('n:16,x:-0.25,tab:numbers,on:0,w:-1/0.5/2e-7');
    expect(decodeSettings(TABLE, text)).toEqual(settings);
  });

  it.each([
    'n:17',
    'n:1.5',
    'n:',
    'x:2',
    'x:NaN',
    'tab:none',
    'on:2',
    'w:1/a',
    'w:',
    'z:1',
    'n',
    '',
  ])('are as they begin where "%s" cannot be', (text) => {
    expect(decodeSettings(TABLE, text)).toEqual(FIRST);
  });
});
