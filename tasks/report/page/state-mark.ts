import { type Html, html } from './html';

/** Sign, word and colour of each state: never the colour alone. */
const marks: Readonly<Record<string, readonly [sign: string, word: string, tone: string]>> = {
  done: ['✓', 'done', 'good'],
  unchanged: ['✓', 'unchanged', 'calm'],
  changed: ['✓', 'changed', 'good'],
  ready: ['✓', 'ready', 'good'],
  warning: ['!', 'warning', 'warn'],
  todo: ['○', 'to do', 'warn'],
  unknown: ['?', 'unknown', 'warn'],
  none: ['–', 'no runs', 'calm'],
  skipped: ['–', 'not reached', 'calm'],
  interrupted: ['–', 'interrupted', 'warn'],
  blocked: ['✕', 'blocked', 'bad'],
  error: ['✕', 'error', 'bad'],
  failed: ['✕', 'failed', 'bad'],
  missing: ['✕', 'missing', 'bad'],
  version: ['≠', 'other version', 'warn'],
  extra: ['+', 'not wanted', 'warn'],
};

/** A state as a person reads it. */
export function stateMark(state: string): Html {
  const [sign, word, tone] = marks[state] ?? ['?', state, 'calm'];
  return html`<span class="mark ${tone}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

/** The tone of a state, which style.ts has the colours of. */
export const toneOf = (state: string): string => marks[state]?.[2] ?? 'calm';
