// The four commands of the operator: what each asks, and which of them make sense now. Pure.

import type { Mode } from './store';
import type { StateDocument } from './types';

export type CommandPath = 'halt' | 'resume' | 'kill' | 'release';

export interface Ask {
  path: CommandPath;
  word: string; // To be typed.
  title: string;
  text: string;
  label: string; // Of the button in the bar.
  button: string; // In the dialog.
  isStop: boolean;
}

export const ASKS: Record<CommandPath, Ask> = {
  halt: {
    path: 'halt',
    word: 'HALT',
    title: 'Stop all trading?',
    text: 'No order leaves any more, working orders are cancelled, and positions are closed if the settings say so. It stays stopped, also after a restart, until you resume.',
    label: 'Stop',
    button: 'Stop everything',
    isStop: true,
  },
  resume: {
    path: 'resume',
    word: 'RESUME',
    title: 'Resume trading?',
    text: 'Strategies may open positions again as soon as the trader has checked its books.',
    label: 'Resume',
    button: 'Resume trading',
    isStop: false,
  },
  kill: {
    path: 'kill',
    word: 'KILL',
    title: 'Turn the kill switch on?',
    text: 'No new position is opened and working orders are cancelled. Positions are kept. It stays on, also after a restart, until you release it.',
    label: 'Kill',
    button: 'Turn it on',
    isStop: true,
  },
  release: {
    path: 'release',
    word: 'RELEASE',
    title: 'Release the kill switch?',
    text: 'Strategies may open positions again, unless the system is halted.',
    label: 'Release',
    button: 'Release it',
    isStop: false,
  },
};

// What can be asked besides Stop, in the order of the bar. An unknown kill switch counts as active
// and can still be turned on for certain.
export function asksFor(mode: Mode, killSwitch: StateDocument['kill_switch'] | undefined): Ask[] {
  const asks: Ask[] = [];
  if (mode === 'halted' || mode === 'stopping') {
    asks.push(ASKS.resume);
  }
  if (killSwitch !== 'inactive') {
    asks.push(ASKS.release);
  }
  if (killSwitch !== 'active') {
    asks.push(ASKS.kill);
  }
  return asks;
}
