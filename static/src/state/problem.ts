/** What went wrong, as the page says it. */
import type { Problem } from '../core/types';
import { t } from '../i18n/i18n.svelte';
import { AwayError, ProblemError } from '../io/api';

/** The server's own words, or that it is away; what is not the server's doing is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (!(error instanceof AwayError)) throw error;
  const texts = { title: '', detail: t('run.away'), hint: t('run.awayHint') };
  return { type: 'about:blank', status: 0, ...texts };
}
