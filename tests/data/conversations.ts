import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import type { ModelTemplate } from '../../tasks/data/template/model-template';
import { repository } from '../support/project';
import { pythonWith } from '../support/python';

const turn = (role: string, content?: unknown, more = {}) => ({ role, ...(content === undefined ? {} : { content }), ...more });
const call = { function: { name: 'look', arguments: { hour: 5, where: 'Aß "x"' } } };
/** Conversations whose messages have texts: what a template decides by is in their roles. */
export const conversations = [
  [turn('user', 'Rain?'), turn('assistant', ' No. \n')],
  [turn('system', 'Be brief.'), turn('user', 'Rain?'), turn('assistant', 'No.')],
  [turn('system', 'Be brief.'), turn('user', 'Rain?')],
  [turn('user', 'Rain?'), turn('assistant', 'No.'), turn('user', 'Snow?'), turn('assistant', 'No.')],
  [turn('user', 'Hi'), turn('user', 'Rain?'), turn('assistant', 'No.')],
  [turn('assistant', 'Hi'), turn('user', 'Rain?')],
  [turn('human', 'Rain?'), turn('gpt', 'No.')],
  [turn('system', 'one'), turn('system', 'two'), turn('user', 'Rain?')],
  [turn('user', '{{ 1 }} </s> {% x %}'), turn('assistant', '')],
  [turn('user', 'Snow?'), turn('assistant', 'x', { tool_calls: [call] })],
  [turn('user', 'Snow?'), turn('assistant', 'x', { tool_calls: [] })],
  [turn('user', 'Snow?'), turn('assistant', 'x', { tool_calls: [call, call] })],
];

/** What Python's jinja2 makes of them, in the environment that transformers makes. */
export function renderedByPython(templates: readonly ModelTemplate[]): { text?: string; raised?: string }[] {
  const python = pythonWith('jinja2==3.1.6');
  const input = JSON.stringify({ templates, conversations });
  return JSON.parse(execFileSync(python, [path.join(repository, 'tests/data/render.py')], { input }).toString());
}
