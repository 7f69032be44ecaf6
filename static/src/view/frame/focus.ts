import { tick } from 'svelte';

/** Changes what is opened; focus in a part that goes away moves on, so that no key is lost. */
export async function keepFocus(change: () => void): Promise<void> {
  const held = document.activeElement?.closest('[data-inspector]') && document.activeElement;
  const isByKeys = held?.matches(':focus-visible');
  change();
  await tick();
  if (!isByKeys || held?.isConnected) return;
  const [panel, grid] = ['[data-inspector]', '[role="grid"]'].map((each) =>
    document.querySelector<HTMLElement>(each),
  );
  (panel ?? grid)?.focus();
}
