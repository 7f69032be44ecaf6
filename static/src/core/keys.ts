/** The keys of the page: one table for the dispatch and for the key map that people read. */

export type Action =
  | 'back'
  | 'map'
  | 'glossary'
  | 'zoomIn'
  | 'zoomOut'
  | 'fit'
  | 'theme'
  | 'language'
  | 'nextPicture'
  | 'previousPicture'
  | 'scale'
  | 'nextLayer'
  | 'previousLayer'
  | 'play'
  | 'stepPhase'
  | 'stepBatch'
  | 'stepEpoch'
  | 'reset';

interface Row {
  /** Values of KeyboardEvent.key. */
  keys: readonly string[];
  /** What it does and where, as keys of the page's words. */
  does: string;
  where: string;
  /** For keys that mean the same wherever the focus is, one action each. */
  actions?: readonly Action[];
}

const ARROWS = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'] as const;

export const KEYS = [
  {
    keys: ['ArrowLeft', 'ArrowRight', '[', ']'],
    does: 'keys.layer',
    where: 'keys.whereDrawing',
  },
  { keys: ['ArrowUp', 'ArrowDown'], does: 'keys.channel', where: 'keys.whereDrawing' },
  { keys: ['Enter'], does: 'keys.open', where: 'keys.whereDrawing' },
  { keys: ARROWS, does: 'keys.cell', where: 'keys.whereMap' },
  {
    keys: ['[', ']'],
    does: 'keys.layer',
    where: 'keys.wherePanel',
    actions: ['previousLayer', 'nextLayer'],
  },
  { keys: ARROWS, does: 'keys.crop', where: 'keys.whereCrop' },
  { keys: ['+', '-', '0'], does: 'keys.cropSize', where: 'keys.whereCrop' },
  { keys: ['ArrowLeft', 'ArrowRight'], does: 'keys.pictures', where: 'keys.wherePictures' },
  { keys: ['Delete'], does: 'keys.remove', where: 'keys.wherePictures' },
  { keys: [' '], does: 'keys.play', where: 'keys.whereTrain', actions: ['play'] },
  {
    keys: [',', '.', 'e'],
    does: 'keys.step',
    where: 'keys.whereTrain',
    actions: ['stepPhase', 'stepBatch', 'stepEpoch'],
  },
  { keys: ['r'], does: 'keys.reset', where: 'keys.whereTrain', actions: ['reset'] },
  { keys: ['Escape'], does: 'keys.back', where: 'keys.whereAnywhere', actions: ['back'] },
  {
    keys: ['+', '-'],
    does: 'keys.zoom',
    where: 'keys.whereAnywhere',
    actions: ['zoomIn', 'zoomOut'],
  },
  { keys: ['0'], does: 'keys.fit', where: 'keys.whereAnywhere', actions: ['fit'] },
  {
    keys: ['p', 'P'],
    does: 'keys.picture',
    where: 'keys.whereAnywhere',
    actions: ['nextPicture', 'previousPicture'],
  },
  { keys: ['s'], does: 'keys.scale', where: 'keys.whereAnywhere', actions: ['scale'] },
  { keys: ['g'], does: 'keys.glossary', where: 'keys.whereAnywhere', actions: ['glossary'] },
  { keys: ['t'], does: 'keys.theme', where: 'keys.whereAnywhere', actions: ['theme'] },
  { keys: ['l'], does: 'keys.language', where: 'keys.whereAnywhere', actions: ['language'] },
  { keys: ['?'], does: 'keys.map', where: 'keys.whereAnywhere', actions: ['map'] },
] as const satisfies readonly Row[];

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Delete: 'Del',
  PageUp: '⇞',
  PageDown: '⇟',
  '-': '−',
  ' ': 'Space',
};

/** The same key without Shift, on keyboards where the sign needs it. */
const ALIASES: Readonly<Record<string, string>> = { '=': '+', _: '-' };

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  (KEYS as readonly Row[]).flatMap(({ keys, actions = [] }) =>
    actions.map((action, index) => [keys[index] as string, action] as const),
  ),
);

const FIELDS = new Set(['INPUT', 'SELECT', 'TEXTAREA']);
/** What Space presses, opens or marks. */
const PRESSABLE = new Set(['BUTTON', 'SUMMARY', 'A']);
/** Only arrows mean something to a slider. */
const SLIDER = 'range';

type Press = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'defaultPrevented' | 'target'
>;

/** What a key is called on the key map. */
export function keySign(key: string): string {
  return SIGNS[key] ?? key;
}

/** What a key press asks for; null when a part has taken it, or when it is typed into a field. */
export function actionOf(press: Press): Action | null {
  if (press.defaultPrevented || press.ctrlKey || press.metaKey || press.altKey) return null;
  const { tagName: tag = '', type } = (press.target ?? {}) as { tagName?: string; type?: string };
  if (FIELDS.has(tag) && type !== SLIDER && press.key !== 'Escape') return null;
  if (PRESSABLE.has(tag) && press.key === ' ') return null;
  return ACTIONS.get(ALIASES[press.key] ?? press.key) ?? null;
}
