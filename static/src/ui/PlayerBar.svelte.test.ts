// @vitest-environment happy-dom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PACES, Player } from '../state/player.svelte';
import PlayerBar from './PlayerBar.svelte';

let player: Player;
let bar: ReturnType<typeof mount>;

const part = <T extends HTMLElement = HTMLButtonElement>(name: string): T => {
  const found = document.querySelector<T>(`[data-player="${name}"]`);
  if (!found) throw new Error(`There is no part "${name}"`);
  return found;
};
const press = (name: string) => {
  part(name).click();
  flushSync();
};

beforeEach(() => {
  player = new Player();
  player.count = 50;
  bar = mount(PlayerBar, { target: document.body, props: { player, paces: PACES } });
  flushSync();
});
afterEach(async () => {
  player.pause();
  await unmount(bar);
});

describe('the bar of a player', () => {
  it('names every control in words', () => {
    const names = [...document.querySelectorAll('button, input')].map((each) =>
      each.getAttribute('aria-label'),
    );
    expect(names).toEqual([
      ...['To the start', 'One step back', 'Play the animation', 'One step on', 'To the end'],
      'Position',
    ]);
  });

  it('steps, skips and goes back to the start', () => {
    press('on');
    press('on');
    press('back');
    expect(player.position).toBe(1);
    press('end');
    expect(player.position).toBe(49);
    press('start');
    expect(player.position).toBe(0);
  });

  it('says what the next press of play does', () => {
    press('play');
    expect([player.playing, part('play').getAttribute('aria-label')]).toEqual([
      true,
      'Pause the animation',
    ]);
    press('play');
    expect(player.playing).toBe(false);
  });

  it('is taken over by the hand on the slider', () => {
    press('play');
    const place = part<HTMLInputElement>('place');
    place.value = '31';
    place.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    expect([player.position, player.playing]).toEqual([31, false]);
    expect(place.getAttribute('aria-valuetext')).toBe('32 of 50');
  });

  it('stays where a hand puts it, however fast that goes on', () => {
    const place = part<HTMLInputElement>('place');
    for (const at of ['3', '4', '5']) {
      place.value = at;
      place.dispatchEvent(new Event('input', { bubbles: true }));
      place.dispatchEvent(new Event('change', { bubbles: true }));
      flushSync();
      expect([place.value, player.position]).toEqual([at, Number(at)]);
    }
  });

  it('changes the speed', () => {
    const speed = part<HTMLSelectElement>('speed');
    speed.value = '60';
    speed.dispatchEvent(new Event('change', { bubbles: true }));
    expect(player.speed).toBe(60);
  });
});
