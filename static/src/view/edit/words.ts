/** An edit in a few words. */
import type { Edit } from '../../core/edits';
import { formatNumber } from '../../core/numbers';
import { t } from '../../i18n/i18n.svelte';

export function wordsOf(edit: Edit): string {
  switch (edit.kind) {
    case 'pixels':
      return t('edit.say.pixels', {
        count: new Set(edit.cells.map(([, y, x]) => `${y} ${x}`)).size,
      });
    case 'weight':
      return `${edit.name}[${edit.index.join(', ')}] = ${formatNumber(edit.value)}`;
    case 'channel':
      return edit.scale === 0
        ? t('edit.say.off', { node: edit.node, channel: edit.channel })
        : `${edit.node} · ${edit.channel} × ${formatNumber(edit.scale)}`;
    case 'activation':
      return `${edit.node} → ${t(`edit.function.${edit.function}`)}`;
    case 'pooling':
      return `${edit.node} → ${t(`edit.mode.${edit.mode}`)}`;
  }
}
