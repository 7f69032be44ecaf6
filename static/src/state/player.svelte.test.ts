// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Player } from './player.svelte';

let player: Player;

beforeEach(() => {
  vi.useFakeTimers();
  player = new Player();
  player.count = 100;
});
afterEach(() => {
  player.pause();
  vi.useRealTimers();
});

describe('a player', () => {
  it('stands at the start and runs nothing until it plays', () => {
    vi.advanceTimersByTime(1000);
    expect([player.position, player.playing, vi.getTimerCount()]).toEqual([0, false, 0]);
  });

  it('takes its speed in positions a second', () => {
    player.speed = 16;
    player.play();
    vi.advanceTimersByTime(2048);
    expect(player.position).toBe(32);
  });

  it('keeps the time of the clock, however seldom frames come', () => {
    player.speed = 4;
    player.play();
    const now_ms = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now_ms + 2000);
    vi.advanceTimersToNextFrame();
    vi.restoreAllMocks();
    expect(player.position).toBe(8);
  });

  it('stops at the end and leaves no frame behind', () => {
    player.count = 5;
    player.play();
    vi.advanceTimersByTime(2000);
    expect([player.position, player.playing, vi.getTimerCount()]).toEqual([4, false, 0]);
  });

  it('plays again from the start once it has ended', () => {
    player.seek(99);
    player.play();
    expect([player.position, player.playing]).toEqual([0, true]);
  });

  it('yields to the hand', () => {
    player.play();
    player.seek(40);
    vi.advanceTimersByTime(1000);
    expect([player.position, player.playing, vi.getTimerCount()]).toEqual([40, false, 0]);
  });

  it('steps, skips, and stays within its positions', () => {
    player.step(-1);
    expect(player.position).toBe(0);
    player.step(3);
    expect(player.position).toBe(3);
    player.skip();
    player.step(1);
    expect(player.position).toBe(99);
  });

  it('changes its speed without a jump', () => {
    player.speed = 8;
    player.play();
    vi.advanceTimersByTime(1008);
    const before = player.position;
    player.speed = 240;
    expect(player.position).toBe(before);
    vi.advanceTimersByTime(112);
    expect(player.position).toBeGreaterThan(before + 20);
  });

  it('does not play where there is only one position', () => {
    player.count = 1;
    player.play();
    expect([player.playing, vi.getTimerCount()]).toEqual([false, 0]);
  });
});
