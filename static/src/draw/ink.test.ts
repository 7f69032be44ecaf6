// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readChartInk, readColour, readInk } from './ink';

/** Answers as a page would whose tokens are their own names. */
function styled(prefix: string) {
  return vi.spyOn(globalThis, 'getComputedStyle').mockImplementation(
    (element) =>
      ({
        color: (element as HTMLElement).style.color.replace(/^var\(--(.*)\)$/, `${prefix} $1`),
        fontFamily: 'Noto Sans',
      }) as CSSStyleDeclaration,
  );
}

afterEach(() => vi.restoreAllMocks());

describe('readInk', () => {
  it('is what the tokens of the page say', () => {
    styled('light');
    expect(readInk('not read yet')).toMatchObject({
      ...{ paper: 'light paper', ink: 'light ink', muted: 'light muted' },
      ...{ line: 'light line', accent: 'light accent', family: 'Noto Sans' },
    });
  });

  it('is read once for a theme, and again for another', () => {
    const read = styled('first');
    const first = readInk('one');
    const count = read.mock.calls.length;
    expect(readInk('one')).toBe(first);
    expect(read).toHaveBeenCalledTimes(count);
    styled('second');
    expect([readInk('two').paper, readInk('one').paper]).toEqual(['second paper', 'first paper']);
  });

  it('leaves nothing in the page', () => {
    styled('other');
    const before = [...document.body.children];
    readInk('other');
    expect([...document.body.children]).toEqual(before);
  });
});

describe('readColour', () => {
  it('is a token as the canvas takes it, read once for a theme', () => {
    const read = styled('blue');
    expect(readColour('var(--run-1)', 'three')).toBe('blue run-1');
    const count = read.mock.calls.length;
    expect(readColour('var(--run-1)', 'three')).toBe('blue run-1');
    expect(read).toHaveBeenCalledTimes(count);
    styled('red');
    expect(readColour('var(--run-1)', 'four')).toBe('red run-1');
  });

  it('gives charts the ink that warns', () => {
    styled('some');
    expect(readChartInk('five')).toMatchObject({ ink: 'some ink', warn: 'some warn' });
  });
});
