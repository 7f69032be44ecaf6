/** The theme's inks as the canvas needs them: read from the tokens, which are the only source. */

const TOKENS = ['paper', 'ink', 'muted', 'line', 'accent'] as const;

export type Ink = Record<(typeof TOKENS)[number] | 'family', string>;

const known = new Map<string, Ink>();

/** The inks of the page's theme; read once per theme, for reading them costs a style pass. */
export function readInk(theme: string): Ink {
  const found = known.get(theme);
  if (found) return found;
  const probe = document.createElement('span');
  document.body.append(probe);
  const read = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(TOKENS.map((token) => [token, read(token)]));
  const ink = { ...colours, family: getComputedStyle(document.body).fontFamily } as Ink;
  probe.remove();
  known.set(theme, ink);
  return ink;
}

const resolved = new Map<string, string>();

/** A CSS colour, also of a token such as `var(--run-1)`, as a canvas takes it; read once per theme. */
export function readColour(css: string, theme: string): string {
  const key = `${theme} ${css}`;
  let found = resolved.get(key);
  if (found === undefined) {
    const probe = document.createElement('span');
    document.body.append(probe);
    probe.style.color = css;
    found = getComputedStyle(probe).color;
    probe.remove();
    resolved.set(key, found);
  }
  return found;
}

/** The inks of a chart: those of the page, and the one that warns. */
export function readChartInk(theme: string): Ink & { warn: string } {
  return { ...readInk(theme), warn: readColour('var(--warn)', theme) };
}
