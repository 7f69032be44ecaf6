// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { expect, it } from 'vitest';
import { PACES, Player } from '../state/player.svelte';
import PlayerBar from './PlayerBar.svelte';

it('stays where a hand puts it, however fast that goes on', () => {
  const player = new Player();
  player.count = 9;
  const target = document.body;
  const bar = mount(PlayerBar, { target, props: { player, paces: PACES } });
  flushSync();
  const slider = target.querySelector<HTMLInputElement>('[data-player=place]');
  if (!slider) throw new Error('no slider');
  for (const place of ['3', '4', '5']) {
    slider.value = place;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    slider.dispatchEvent(new Event('change', { bubbles: true }));
    flushSync();
    expect([slider.value, player.position]).toEqual([place, Number(place)]);
  }
  void unmount(bar);
});
