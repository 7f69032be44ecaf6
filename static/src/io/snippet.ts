/** The program that prints one number of a kept trace. */
import type { CellAt } from '../core/arithmetic';
import { request } from './api';

/** Python for PyTorch, "" where there is none; the API's `note` says why. */
export async function fetchSnippet(
  trace: string,
  node: string,
  { c, y, x }: CellAt,
  signal: AbortSignal,
): Promise<string> {
  const query = new URLSearchParams({ c: String(c), y: String(y), x: String(x) });
  const path = `/api/traces/${trace}/nodes/${encodeURIComponent(node)}/cell?${query.toString()}`;
  const body = await request(
    path,
    { signal },
    (response) => response.json() as Promise<{ code: string }>,
  );
  return body.code;
}
