/** Views that are fetched when they are first opened: each alone needs most of what is its own. */
export const PAGES = {
  train: () => import('./TrainPage.svelte'),
  lab: () => import('./LabPage.svelte'),
  guide: () => import('./GuidePage.svelte'),
};
