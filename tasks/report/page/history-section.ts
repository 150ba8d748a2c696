import { duration, plural } from '../../common/format';
import type { RunRecord } from '../../engine/records/run-record';
import { shortTime } from '../time';
import { durationsChart } from './durations-chart';
import { type Html, html, nothing, prose } from './html';
import { stateMark } from './state-mark';

/** So many runs stand open; the others wait behind a line. */
const openRuns = 8;

/** The runs of a machine, newest first, with how long they took and what they changed. */
export function historySection(runs: readonly RunRecord[], unreadable: number): Html {
  if (runs.length + unreadable === 0) return nothing;
  const rows = runs.map((run, index) => ({ isNews: newsLines(run, runs[index + 1]).length > 0, row: runRow(run, runs[index + 1]) }));
  const quiet = rows.filter(({ isNews }) => !isNews).map(({ row }) => row);
  const told = rows.filter(({ isNews }) => isNews).map(({ row }) => row);
  const rest = told.slice(openRuns);
  const left = unreadable > 0 ? html`<p class="quiet">${unreadable} more could not be read.</p>\n` : undefined;
  return html`<section>
<h3>Runs</h3>
${durationsChart(runs)}${told.length > 0 ? runTable(told.slice(0, openRuns)) : undefined}${folded(`${rest.length} earlier`, rest)}${folded(
  `${plural(quiet.length, 'run')} that changed nothing`,
  quiet,
)}${left}</section>
`;
}

const folded = (summary: string, rows: readonly Html[]): Html =>
  rows.length > 0 ? html`<details><summary>${summary}</summary>\n${runTable(rows)}</details>\n` : nothing;

const runTable = (rows: readonly Html[]): Html => html`<table class="runs">
<thead><tr><th scope="col">when (UTC)</th><th scope="col">task</th><th scope="col">outcome</th><th scope="col">took</th><th scope="col">what changed</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`;

function runRow(run: RunRecord, before: RunRecord | undefined): Html {
  const lines = newsLines(run, before);
  const news =
    lines.length > 0 ? html`<ul>${lines.map((line) => html`<li>${prose(line)}</li>`)}</ul>` : html`<span class="quiet">nothing</span>`;
  return html`<tr><td>${shortTime(run.startedAt)}</td><th scope="row">${run.task}</th><td>${stateMark(run.outcome)}</td><td class="number">${duration(run.durationMs)}</td><td>${news}</td></tr>
`;
}

const newsLines = (run: RunRecord, before: RunRecord | undefined): string[] => [...newsOf(run), ...versionNews(run, before)];

/** What a run did and why, and what stopped it. */
export function newsOf({ steps, error }: RunRecord): string[] {
  const lines = steps.flatMap((step) => {
    const did = step.actions.map(({ title }) => title).join(', then ');
    const because = step.changed.length > 0 ? ` (because ${step.changed.join(', ')})` : '';
    const stopped = step.state === 'failed' || step.state === 'blocked';
    const what = [did, ...(stopped ? [`${did ? 'then ' : ''}${step.state}: ${step.found}${step.code ? ` (${step.code})` : ''}`] : [])];
    const text = what.filter(Boolean).join('; ');
    return text ? [`${step.name}: ${text}${because}`] : [];
  });
  // The error of a step is the run's too; told once.
  if (error && !steps.some(({ found }) => found === error.found)) lines.push(`${error.found}${error.code ? ` (${error.code})` : ''}`);
  return lines;
}

/** Versions that are not those of the run before. */
export function versionNews({ versions }: RunRecord, before: RunRecord | undefined): string[] {
  if (!before) return [];
  return Object.entries(versions).flatMap(([name, version]) => {
    const old = before.versions[name];
    return old === undefined || old === version ? [] : [`${name} ${old} → ${version}`];
  });
}
