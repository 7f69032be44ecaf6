/** The lines of runs that lie over each other: told apart by colour and by dash. */

/** Names of tokens; the run that is open is drawn in the accent. */
const TOKENS = ['--run-1', '--run-2', '--run-3', '--run-4', '--run-5', '--run-6'] as const;

/** The CSS colour of the n-th run beside the one that is open. */
export function overlayColour(index: number): string {
  return `var(${TOKENS[index % TOKENS.length] as string})`;
}
