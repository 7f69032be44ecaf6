/** What the functions of the bench are called. */
import { nameOf } from '../../core/activationNames';
import { t } from '../../i18n/i18n.svelte';
import { DRAWN } from './functions';

export function nameOfDrawn(id: string): string {
  return id === 'identity' ? t('toys.act.identity') : nameOf(id);
}

/** All functions as the options of a list. */
export function choices(): { value: string; text: string }[] {
  return DRAWN.map(({ id }) => ({ value: id, text: nameOfDrawn(id) }));
}
