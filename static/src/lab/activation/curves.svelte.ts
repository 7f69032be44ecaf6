/** What the curves of the bench show: which functions, with which settings, at which x. */
import type { Activation } from '../../core/activations';
import type { Bench } from '../../state/bench.svelte';
import { DRAWN, functionOf, type Drawn } from './functions';
import type { ActivationSettings } from './settings';

export interface Shown extends Drawn {
  f: Activation;
}

export class Curves {
  #bench: Bench<ActivationSettings>;

  constructor(bench: Bench<ActivationSettings>) {
    this.#bench = bench;
  }

  x = $derived.by(() => this.#bench.settings.x);
  #chosen = $derived.by(() => this.#bench.settings.f);

  shown: readonly Shown[] = $derived(
    DRAWN.filter(({ id }) => this.isShown(id)).flatMap((drawn) => {
      const { setting } = drawn;
      const f = functionOf(drawn.id, setting && { [setting.name]: this.settingOf(setting) });
      return f ? [{ ...drawn, f }] : [];
    }),
  );

  isShown(id: string): boolean {
    return this.#chosen.includes(id);
  }

  settingOf({ key }: NonNullable<Drawn['setting']>): number {
    return this.#bench.settings[key];
  }

  toggle(id: string): void {
    const rest = this.#chosen.filter((each) => each !== id);
    this.#bench.change({ f: this.isShown(id) ? rest : [...rest, id] });
  }

  set(part: Partial<Pick<ActivationSettings, 'x' | 'leaky' | 'prelu' | 'elu'>>): void {
    this.#bench.change(part);
  }
}
