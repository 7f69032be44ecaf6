/** Links that stay in the page: what they do not say stays as it is. */
import { decodeState, DEFAULT_STATE, pathOf, VIEWS, type State } from './url';

/** What a link keeps where it says nothing of it. */
const KEPT = ['net', 'picture', 'theme', 'lang'] as const satisfies readonly (keyof State)[];

interface Press {
  button: number;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  defaultPrevented: boolean;
}

/** The page's state behind a link; null for a link that leads elsewhere. */
export function stateBehind(link: URL, here: State, origin: string): State | null {
  const isOurs = link.origin === origin && VIEWS.some((view) => pathOf(view) === link.pathname);
  if (!isOurs || !link.hash.startsWith('#v=')) return null;
  const there = decodeState(link.hash, link.pathname);
  const kept = KEPT.filter((key) => there[key] === DEFAULT_STATE[key]);
  const state = { ...there, ...Object.fromEntries(kept.map((key) => [key, here[key]])) };
  // What was changed belongs to a network.
  return { ...state, edits: there.edits ?? (state.net === here.net ? here.edits : null) };
}

/** True for a press that asks for no other tab or window. */
export function isPlainPress(press: Press): boolean {
  const { button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = press;
  return button === 0 && !(ctrlKey || metaKey || shiftKey || altKey || defaultPrevented);
}
