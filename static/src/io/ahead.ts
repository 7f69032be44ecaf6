/** Answers that are asked for while the part of the page that will ask for them is on its way. */

/** An answer that nobody came for is old by then. */
const KEPT_MS = 5000;
const asked = new Map<string, Promise<Response>>();

/** Asks now, and reads to the end: what is not read is held up on the way. */
export function askAhead(path: string, init: RequestInit = {}): void {
  const answer = fetch(path, init).then(async ({ body, status, headers }) => {
    return new Response(await new Response(body).arrayBuffer(), { status, headers });
  });
  // Who comes for it hears of what went wrong.
  answer.catch(() => undefined);
  asked.set(path, answer);
  setTimeout(() => asked.delete(path), KEPT_MS);
}

/** The answer that was asked for ahead, to be read once. */
export function takeAhead(path: string): Promise<Response> | undefined {
  const answer = asked.get(path);
  asked.delete(path);
  return answer;
}
