/** Pointer and focus light the number that they are on; arrows walk among the numbers of a group. */
import type { Worked } from './worked.svelte';

const STEPS: Readonly<Record<string, (columns: number) => number>> = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: (columns) => columns,
  ArrowUp: (columns) => -columns,
};

function termAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-term]') : null;
}

/** Arrows move the focus inside of a group of numbers. */
function walk(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const from = termAt(event.target);
  const group = from?.closest<HTMLElement>('[data-columns]');
  if (!step || !from || !group) return;
  const all = [...group.querySelectorAll<HTMLElement>('[data-term]')];
  const to = all[all.indexOf(from) + step(Number(group.dataset['columns']))];
  event.preventDefault();
  event.stopPropagation();
  to?.focus();
}

/** An action for the card: every element with `data-term` in it is one object with its cell. */
export function lighting(card: HTMLElement, worked: Worked) {
  const listening = new AbortController();
  const { signal } = listening;

  const light = ({ target }: Event) => {
    const found = termAt(target);
    if (found) worked.light(Number(found.dataset['term']));
  };
  /** What has the focus stays lit. */
  const dim = () => {
    const held = termAt(card.ownerDocument.activeElement);
    const isHeld = held !== null && card.contains(held);
    worked.light(isHeld ? Number(held.dataset['term']) : null);
  };
  const leave = ({ target, relatedTarget }: MouseEvent | FocusEvent) => {
    // Also sent when a number is taken away, at which time nothing may change.
    if (termAt(target) && !termAt(relatedTarget)) queueMicrotask(() => signal.aborted || dim());
  };
  card.addEventListener('pointerover', light, { signal });
  card.addEventListener('pointerout', leave, { signal });
  card.addEventListener('focusin', light, { signal });
  card.addEventListener('focusout', leave, { signal });
  card.addEventListener('keydown', walk, { signal });
  return {
    destroy: () => {
      listening.abort();
      worked.light(null);
    },
  };
}
