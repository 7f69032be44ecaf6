/** How the two heads are called and drawn. */
import { isKey, t } from '../../i18n/i18n.svelte';

export const LINES = [
  { colour: 'var(--run-2)', dash: '6 3' },
  { colour: 'var(--accent)', dash: 'none' },
] as const;

export function headName(id: string): string {
  const key = `toys.heads.${id}`;
  return isKey(key) ? t(key) : id;
}
