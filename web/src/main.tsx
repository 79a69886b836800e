import { render } from 'preact';

import { App } from './app';
import './style.css';
import './panels.css';
import './small.css';

const root = document.getElementById('app');
if (root) {
  render(<App />, root);
}
