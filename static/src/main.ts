import { mount } from 'svelte';
import AppView from './App.svelte';
import { readPageData } from './io/api';
import { App } from './state/app.svelte';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (target) mount(AppView, { target, props: { app: new App(readPageData()) } });
