/** The current picture as planes, small enough to be filtered at every move of a hand. */
import { planesOf, type Planes } from '../../core/planes';
import { fetchPixels } from '../../io/pixels';
import type { App } from '../../state/app.svelte';

/** The planes once they are here; call it while a component is set up. */
export function pictureOf(app: () => App, longest: number): { readonly planes: Planes | null } {
  let planes = $state.raw<Planes | null>(null);
  $effect(() => {
    const ended = new AbortController();
    fetchPixels(app().picture.source, longest, ended.signal).then(
      ({ data, height, width }) => (planes = planesOf(data, height, width)),
      () => undefined,
    );
    return () => ended.abort();
  });
  return {
    get planes() {
      return planes;
    },
  };
}
