import * as path from 'node:path';
import { freeName, moveAside } from '../engine/aside';
import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import { isMovableFile } from '../engine/needed';
import { shown } from '../engine/paths';
import { makeStateFolder, statePath } from '../engine/state';
import type { Finding, Step } from '../engine/step';
import { sentence } from '../untrusted/text';
import { newestLooks, type ReportedTask } from './looks';
import type { MachineReport } from './machine';
import { lookedAtIn, type PageContent, pageOf } from './page/page';
import { isSamePage } from './same-page';
import { written } from './time';
import { verdictOf } from './verdict';

/** A page that says the same is left alone for so long; then it is written again, with the time of today. */
const longestMs = 24 * 3600 * 1000;

type Machines = readonly MachineReport[];

/** The page is done when it says what a look at the machines says now. */
export function reportStep(reported: (context: Context) => readonly ReportedTask[]): Step<Machines> {
  return {
    name: 'report',
    title: 'Write the report',
    async check(context, _, __, before) {
      const taken = await obstacleOf(context);
      if (taken) return taken;
      const { host, root } = context;
      // The page that was written is held to what was seen for it.
      const machines = before ?? (await newestLooks(context, reported(context)));
      const file = fileOf(context);
      const name = `\`${shown(root, file)}\``;
      const verdicts = machines.map((machine) => ({ machine: machine.remote ?? 'this machine', ...summaryOf(machine) }));
      const data = { path: file, verdicts };
      const text = host.files.readText(file);
      const lookedAt = text === undefined ? undefined : lookedAtIn(text);
      if (text === undefined || lookedAt === undefined) return { state: 'todo', found: `${name} does not exist yet`, data, seen: machines };
      if (!isSamePage(pageOf(contentOf(context, machines, lookedAt)), text))
        return { state: 'todo', found: `${name} of ${written(lookedAt)} is out of date`, data, seen: machines };
      if (host.now().getTime() - new Date(lookedAt).getTime() > longestMs)
        return { state: 'todo', found: `${name} is of ${written(lookedAt)}, more than a day ago`, data, seen: machines };
      const [headline = ''] = verdicts.map((verdict) => verdict.headline);
      const found = `report written to ${name}: ${headline.charAt(0).toLowerCase()}${headline.slice(1)}`;
      return { state: 'done', found, data, seen: machines };
    },
    async plan(context, machines) {
      if (!machines) return [];
      return [
        {
          title: `write \`${shown(context.root, fileOf(context))}\``,
          async run() {
            const file = fileOf(context);
            if (file.startsWith(statePath(context.root) + path.sep)) makeStateFolder(context.host, context.root);
            context.host.files.writeText(file, pageOf(contentOf(context, machines, machines[0]?.lookedAt ?? '')));
          },
        },
      ];
    },
  };
}

/** Where the page goes: what a link leads to, so that the link stays. */
export function fileOf({ root, host, option }: Context): string {
  const file = nameOf({ root, option });
  return host.files.realPath(file) ?? file;
}

/** The file as it was named, which may be a link. */
function nameOf({ root, option }: Pick<Context, 'root' | 'option'>): string {
  const wanted = option('output');
  return wanted === undefined ? statePath(root, 'report.html') : path.resolve(root, wanted);
}

/** Anything but a page of ours is a person's, and stays. */
async function obstacleOf(context: Context): Promise<Finding | undefined> {
  const { host, root } = context;
  const file = fileOf(context);
  if (!host.files.lstat(file) || isPage(context, file)) return undefined;
  const entry = host.files.stat(file);
  const name = shown(root, file);
  const what = !entry
    ? 'a link that leads nowhere'
    : entry.isDirectory()
      ? 'a folder'
      : entry.isFile()
        ? 'a file that is not one of our reports'
        : 'no file';
  const named = nameOf(context);
  const isMovable = !entry?.isDirectory() && (await isMovableFile(context, named));
  return {
    state: 'blocked',
    code: 'E_OUTPUT_TAKEN',
    found: `\`${name}\` is ${what}`,
    needed: 'a free name, or a report that just-lora wrote',
    fix: isMovable ? moveAside(context, named) : `\`${commandOf(context, 'report', { output: shown(root, otherName(context, named)) })}\``,
  };
}

const isPage = ({ host: { files } }: Context, file: string): boolean =>
  files.stat(file)?.isFile() === true && lookedAtIn(files.readText(file) ?? '') !== undefined;

/** Where the page may go instead: into the folder that was named, else to the usual name. */
function otherName(context: Context, named: string): string {
  const { files } = context.host;
  const wanted = files.stat(named)?.isDirectory() ? path.join(named, 'report.html') : statePath(context.root, 'report.html');
  return isPage(context, wanted) ? wanted : freeName(context, wanted, '.html');
}

function contentOf({ root, host, environment }: Context, machines: readonly MachineReport[], lookedAt: string): PageContent {
  return {
    project: sentence(path.basename(root), 200),
    hostname: sentence(host.hostname, 200),
    environment,
    lookedAt,
    version: (require('../../package.json') as { version: string }).version,
    machines: machines.map((machine) =>
      machine.remote === undefined
        ? { ...machine, lookedAt, steps: machine.steps.map((step) => ({ ...step, seenAt: lookedAt })) }
        : machine,
    ),
  };
}

function summaryOf(machine: MachineReport): { verdict: string; headline: string } {
  const { level, headline } = verdictOf(machine);
  return { verdict: level, headline };
}
