/** Parts of the page that are fetched when they are first asked for. */
export type Part<Code> = () => Code | Promise<Code>;

/** From the second time on the part is there at once. */
export function part<Code>(load: () => Promise<Code>): Part<Code> {
  let loaded: Code | undefined;
  return () => loaded ?? load().then((found) => (loaded = found));
}

/** Fetches a part before it is needed; who needs it is told if it does not come. */
export function ahead(ask: Part<unknown>): void {
  Promise.resolve(ask()).catch(() => undefined);
}
