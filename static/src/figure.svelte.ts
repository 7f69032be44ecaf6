/** A figure of the guide beside the page's own state. */
import type { App } from './state/app.svelte';

/** The app as it is, but for the settings of a bench: those of a figure are not in the address. */
export function withOwnSettings(app: App): App {
  let set: string | null = $state(null);
  const go: App['go'] = (change) => {
    if (change.set !== undefined) set = change.set;
  };
  return new Proxy(app, {
    get(target, key) {
      if (key === 'state') return { ...target.state, set };
      if (key === 'go') return go;
      // The app's own getters and methods reach private fields: they must be called on the app.
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
