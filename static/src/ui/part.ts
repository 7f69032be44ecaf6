/** A part of the page that is fetched when it is first asked for; from then on it is there at once. */
export function part<Part>(load: () => Promise<Part>): () => Part | Promise<Part> {
  let loaded: Part | undefined;
  return () => loaded ?? load().then((found) => (loaded = found));
}
