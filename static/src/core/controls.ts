/** Where each option of a run is set: what is seen at once, and what lies under "more". */
import type { Group, Option } from './run';

/** Seen at once, in this order; all others of their group are one press away. */
const FIRST: Readonly<Record<Group, readonly string[]>> = {
  data: ['samples', 'label_noise'],
  augment: ['flip', 'shift', 'rotate'],
  network: ['activation', 'norm', 'init', 'dropout'],
  optimiser: ['optimiser', 'batch', 'schedule', 'weight_decay'],
  running: ['epochs', 'until_accuracy', 'seed'],
};
/** Where another group shows an option than the one the server puts it in. */
const MOVED: Readonly<Record<string, Group>> = { seed: 'running' };
/** Set elsewhere: on the bar, by Play, in the list of runs, or by the larger parts of a group. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['speed', 'lr', 'paused', 'name'],
  ...['data', 'net', 'layers', 'start', 'freeze'],
]);

/** The options of a group: those seen at once, and the rest. */
export function controlsOf(
  table: readonly Option[],
  group: Group,
): { first: readonly Option[]; more: readonly Option[] } {
  const own = table.filter(
    (option) => !ELSEWHERE.has(option.name) && (MOVED[option.name] ?? option.group) === group,
  );
  const first = FIRST[group].flatMap((name) => own.filter((option) => option.name === name));
  return { first, more: own.filter((option) => !first.includes(option)) };
}
