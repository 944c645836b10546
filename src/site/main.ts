import { mount } from 'svelte';
import './ui/tokens.css';
import './ui/fonts.css';
import './ui/base.css';
import App from './app/App.svelte';
import { display } from './state/theme.svelte.ts';
import { world } from './state/world.svelte.ts';

/** Storage answers within a few ms. Where it does not, the page comes first and what was kept follows. */
const PATIENCE_MS = 250;

display.apply(); // before the first paint, so that a chosen theme does not flash

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');

const ready = world.open();
await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
mount(App, { target, props: { ready } });
