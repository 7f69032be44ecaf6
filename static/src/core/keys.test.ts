import { describe, expect, it } from 'vitest';
import en from '../i18n/en.json';
import { actionOf, KEYS, keySign } from './keys';

const press = (key: string, more: object = {}) =>
  actionOf({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    defaultPrevented: false,
    target: null,
    ...more,
  });

describe('the key map', () => {
  it('says each key once in each place', () => {
    const uses = KEYS.flatMap(({ keys, where }) => keys.map((key) => `${where} ${key}`));
    expect(new Set(uses).size).toBe(uses.length);
  });

  it('has words for all that it says', () => {
    for (const { does, where } of KEYS) expect(en).toMatchObject({ [does]: /./, [where]: /./ });
  });

  it('gives every key of a general row an action of its own', () => {
    const general = KEYS.filter((row) => 'actions' in row);
    for (const row of general) expect(row.keys).toHaveLength(row.actions.length);
    const actions = general.flatMap((row) => [...row.actions]);
    expect(new Set(actions).size).toBe(actions.length);
  });

  it('writes arrows as arrows and letters as letters', () => {
    expect(['ArrowLeft', 'Escape', ' ', 'g'].map(keySign)).toEqual(['←', 'Esc', 'Space', 'g']);
  });
});

describe('actionOf', () => {
  it.each([
    ['?', 'map'],
    ['Escape', 'back'],
    ['p', 'nextPicture'],
    ['P', 'previousPicture'],
    ['+', 'zoomIn'],
    ['=', 'zoomIn'],
    ['-', 'zoomOut'],
    ['0', 'fit'],
    ['g', 'glossary'],
    [']', 'nextLayer'],
    [' ', 'play'],
    [',', 'stepPhase'],
    ['.', 'stepBatch'],
    ['e', 'stepEpoch'],
  ])('reads %s as %s', (key, action) => {
    expect(press(key)).toBe(action);
  });

  it('leaves keys without a general meaning to the part that has the focus', () => {
    for (const key of ['ArrowLeft', 'Enter', 'Delete', 'x']) expect(press(key)).toBe(null);
  });

  it("leaves the browser's own shortcuts alone", () => {
    for (const held of ['ctrlKey', 'metaKey', 'altKey']) {
      expect(press('p', { [held]: true })).toBe(null);
    }
  });

  it('takes no letter that is typed into a field, but Esc', () => {
    for (const tagName of ['INPUT', 'SELECT', 'TEXTAREA']) {
      expect(press('g', { target: { tagName } })).toBe(null);
      expect(press('Escape', { target: { tagName } })).toBe('back');
    }
  });

  it('lets Space press what it presses everywhere, and keeps its meaning beside a slider', () => {
    for (const tagName of ['BUTTON', 'SUMMARY', 'A']) {
      expect(press(' ', { target: { tagName } })).toBe(null);
      expect(press('.', { target: { tagName } })).toBe('stepBatch');
    }
    expect(press(' ', { target: { tagName: 'INPUT', type: 'checkbox' } })).toBe(null);
    expect(press(' ', { target: { tagName: 'INPUT', type: 'range' } })).toBe('play');
  });

  it('takes nothing that a part has already answered', () => {
    expect(press('+', { defaultPrevented: true })).toBe(null);
  });
});
