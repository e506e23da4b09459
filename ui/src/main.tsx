/** Starts the agent's screens: draws them, then follows the engine. */

import { render } from 'preact';
import { App } from './app.tsx';
import { connect } from './state.ts';
import './style/index.css';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);

void connect();
