import { mount } from 'svelte';
import './ui/tokens.css';
import './ui/fonts.css';
import './ui/base.css';
import App from './app/App.svelte';
import { bridge } from './state/bridge.svelte.ts';
import { display } from './state/theme.svelte.ts';

display.apply(); // before the first paint, so that a chosen theme does not flash

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
mount(App, { target });
bridge.start({ session: null, seq: 0 });
