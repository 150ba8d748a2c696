import type { SeenStep } from '../machine';
import { time } from '../time';
import { type Html, html, nothing, prose } from './html';
import { stateMark } from './state-mark';

/** How steps are listed. */
export interface StepsOptions {
  /** The time that stands above the steps: only other times are told with each. */
  lookedAt?: string;
  /** Where links to a step lead. */
  idOf?(step: SeenStep): string | undefined;
}

/** Each step with what was found, needed and the fix. */
export function stepsSection(title: string, steps: readonly SeenStep[], { lookedAt, idOf = () => undefined }: StepsOptions = {}): Html {
  if (steps.length === 0) return nothing;
  return html`<section>
<h3>${title}</h3>
<ol class="steps">
${steps.map((step) => stepItem(step, idOf(step), lookedAt))}</ol>
</section>
`;
}

function stepItem(step: SeenStep, id: string | undefined, lookedAt: string | undefined): Html {
  const { state, name, found, code, needed, fix, warning, changed, tail, table, volumes, packages, task, seenAt } = step;
  const facts: [string, Html][] = [
    ['found', html`${prose(found)}${code ? html` <span class="quiet">(${code})</span>` : undefined}`],
    ...(changed.length > 0 ? [['because', prose(changed.join(', '))] as [string, Html]] : []),
    ...(needed ? [['needed', prose(needed)] as [string, Html]] : []),
    ...(warning ? [['warning', prose(warning)] as [string, Html]] : []),
    ...(fix && state !== 'done' ? [['fix', fixOf(fix)] as [string, Html]] : []),
    ...(task && seenAt !== lookedAt ? [['seen', html`by <code>${task}</code> at ${time(seenAt)}`] as [string, Html]] : []),
  ];
  // Storage and packages have sections of their own, which say more.
  const rows = volumes.length + packages.length === 0 ? table : [];
  return html`<li class="step"${id === undefined ? undefined : html` id="${id}"`}>
<h4>${name} ${stateMark(state)}${warning ? html` ${stateMark('warning')}` : undefined}</h4>
<div>
<dl class="${facts.length === 1 ? 'single' : 'several'}">
${facts.map(([label, text]) => html`<div><dt>${label}</dt><dd>${text}</dd></div>\n`)}</dl>
${tail ? html`<pre>${tail}</pre>\n` : undefined}${rows.length > 1 ? tableOf(rows) : undefined}</div>
</li>
`;
}

/** A fix that is one command stands alone, to be copied; in a sentence the command is marked as everywhere. Further ways follow on lines of their own. */
export function fixOf(fix: string): Html {
  const [first = '', ...others] = fix.split('\n');
  return html`${wayOf(first)}${others.map((other) => html`<br>${wayOf(other)}`)}`;
}

function wayOf(text: string): Html {
  const isCommand = /^(?:npx|mv|rm|git|kill|sudo|apt|conda|pip|uv|chmod|ssh-keygen)\s(?:(?![;,.]\s).)*$/.test(text) && !text.includes('`');
  return isCommand ? html`<code>${text}</code>` : prose(text);
}

function tableOf([head = [], ...rows]: readonly (readonly string[])[]): Html {
  return html`<details><summary>what was checked</summary>
<table class="plain">
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${prose(cell.trim())}</td>`)}</tr>\n`)}</tbody>
</table>
</details>
`;
}
