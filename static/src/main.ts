import { mount } from 'svelte';
import AppView from './App.svelte';
import { readPageData } from './io/api';
import { PAGES } from './pages';
import { App } from './state/app.svelte';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (target) {
  const app = new App(readPageData());
  // On its way while the frame around it is drawn; one that does not come is told there.
  if (app.view !== 'look') PAGES[app.view]().catch(() => undefined);
  mount(AppView, { target, props: { app } });
}
