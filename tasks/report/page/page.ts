import type { MachineReport, SeenStep } from '../machine';
import { time } from '../time';
import { verdictOf } from '../verdict';
import { adaptersSection } from './adapters-section';
import { dataSection } from './data-section';
import { historySection } from './history-section';
import { type Html, html, nothing, prose } from './html';
import { packagesSection } from './packages-section';
import { stateMark, toneOf } from './state-mark';
import { fixOf, stepsSection } from './steps-section';
import { storageSection } from './storage-section';
import { style } from './style';

/** All that a page tells. */
export interface PageContent {
  /** The name of the project's folder. */
  project: string;
  hostname: string;
  environment: string;
  /** ISO 8601, UTC: the page is true at this time. */
  lookedAt: string;
  /** Version of just-lora. */
  version: string;
  /** This machine first, then the remotes. */
  machines: readonly MachineReport[];
}

/** By this a page is known as ours, and may be written over. */
export const generator = 'just-lora report';

/** The whole page. The same content gives the same text; it loads nothing and runs nothing. */
export function pageOf(content: PageContent): string {
  const { project, hostname, environment, lookedAt, version, machines } = content;
  const [here, ...remotes] = machines;
  const verdict = here && verdictOf(here);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${generator}">
<meta name="looked-at" content="${lookedAt}">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${verdict?.headline ?? 'Report'} – ${project}</title>
<style>
${{ markup: style }}</style>
</head>
<body>
<header>
<h1>${project}</h1>
<p class="quiet">${environment} environment on ${hostname}, looked at ${time(lookedAt)}</p>
</header>
<main>
${machines.map((machine, index) => machineSection(machine, index, index === 0 ? remotes : []))}</main>
<footer>
<p>Written by just-lora ${version} with <code>npx just report</code>. This page is one file: it loads nothing and sends nothing.</p>
</footer>
</body>
</html>
`.markup;
}

/** When the page was true, where it is a page of ours. */
export function lookedAtIn(text: string): string | undefined {
  if (!text.includes(`<meta name="generator" content="${generator}">`)) return undefined;
  return /<meta name="looked-at" content="([^"<>]*)">/.exec(text)?.[1];
}

function machineSection(machine: MachineReport, index: number, others: readonly MachineReport[]): Html {
  const idOf = (step: SeenStep) => `step-${index}-${machine.steps.indexOf(step)}`;
  return html`<article id="machine-${index}">
${verdictBanner(machine, idOf)}${othersList(others)}${stepsSection('Steps', machine.steps, { lookedAt: machine.lookedAt, idOf })}${storageSection(
  machine.steps.flatMap(({ volumes }) => volumes),
)}${dataSection([...machine.steps, ...machine.earlier].flatMap(({ trainingData }) => trainingData ?? []))}${adaptersSection(machine.trained ?? [])}${machine.steps.map(packagesSection)}${stepsSection('Other tasks, as their last runs left them', machine.earlier)}${historySection(
  machine.runs,
  machine.unreadable,
)}</article>
`;
}

function verdictBanner(machine: MachineReport, idOf: (step: SeenStep) => string): Html {
  const { level, headline, detail, blocked, todo, warnings } = verdictOf(machine);
  const about =
    machine.remote === undefined
      ? html`This machine`
      : machine.runs.length === 0
        ? html`Remote <strong>${machine.remote}</strong>`
        : html`Remote <strong>${machine.remote}</strong>, as its runs left it at ${time(machine.lookedAt)}`;
  return html`<div class="verdict ${toneOf(level)}">
<p class="about">${about} ${stateMark(level)}</p>
<h2>${headline}</h2>
<p>${prose(detail)}</p>
${openList('Blocked', blocked, idOf)}${openList(blocked.length > 0 ? 'Then to do' : 'To do', todo, idOf)}${openList('Warnings', warnings, idOf)}</div>
`;
}

/** Steps under their heading, each with the way on. */
function openList(title: string, steps: readonly SeenStep[], idOf: (step: SeenStep) => string): Html {
  if (steps.length === 0) return nothing;
  const items = steps.map((step) => html`<li><a href="#${idOf(step)}">${step.name}</a> <span>${openText(step)}</span></li>\n`);
  return html`<h3>${title}</h3>\n<ul class="open">\n${items}</ul>\n`;
}

function openText({ state, fix, warning, found }: SeenStep): Html {
  if (state === 'done') return prose(warning ?? found);
  return fix ? html`fix: ${fixOf(fix)}` : prose(found);
}

/** The verdicts on the remotes, which stand further down. */
function othersList(others: readonly MachineReport[]): Html {
  if (others.length === 0) return nothing;
  const items = others.map(
    (machine, index) => html`<li><a href="#machine-${index + 1}">${machine.remote}</a> ${stateMark(verdictOf(machine).level)}</li>\n`,
  );
  return html`<ul class="others"><li class="quiet">Remotes</li>\n${items}</ul>\n`;
}
