import { part } from './ui/part';

/** Views that are fetched when they are first opened: each alone needs most of what is its own. */
export const PAGES = {
  train: part(() => import('./TrainPage.svelte')),
  lab: part(() => import('./LabPage.svelte')),
  guide: part(() => import('./GuidePage.svelte')),
};
