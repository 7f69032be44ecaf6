/** The panels of the training view: the learner chooses which are shown, their order stays. */

/** Drawn over the canvas, with one cursor for all of them. */
export const CHARTS = ['loss', 'accuracy', 'rate', 'flow', 'health'] as const;

/** Drawn below the canvas. */
export const DETAILS = [
  'kernels',
  'confusion',
  'classes',
  'worst',
  'strip',
  'glass',
  'features',
  'finder',
] as const;

export const PANELS = ['canvas', ...CHARTS, ...DETAILS] as const;
export type Panel = (typeof PANELS)[number];

/** What is shown until the learner chooses. */
export const FIRST_PANELS: readonly Panel[] = ['canvas', 'loss', 'accuracy', 'confusion'];

/** The chosen panels with one more or one less, in the order of the table. */
export function toggled(chosen: readonly Panel[], panel: Panel): Panel[] {
  return PANELS.filter((each) => chosen.includes(each) !== (each === panel));
}
