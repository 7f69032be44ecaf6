import { mount } from 'svelte';
import AppView from './App.svelte';
import { readPageData } from './io/api';
import { lookAhead } from './io/runs';
import { PAGES } from './pages';
import { App } from './state/app.svelte';
import { ahead } from './ui/part';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (target) {
  const app = new App(readPageData());
  const { run } = app.state;
  // On their way while the frame around them is drawn; what does not come is told there.
  if (app.view !== 'look') ahead(PAGES[app.view]);
  if (app.view === 'train' && run !== null) lookAhead(run);
  mount(AppView, { target, props: { app } });
}
