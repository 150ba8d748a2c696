import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { projectCopy, repository } from '../tests/support/project';
import { inTerminal } from '../tests/support/terminal';
import { svgOf } from './recording/svg';
import { screenOf } from './recording/terminal';

/** Records a first `setup:local` at a real terminal as docs/setup-local.svg: `npm run recording`. It fetches packages, as a first run does. */
const columns = 100;
const command = 'npx just setup:local';

async function main(): Promise<void> {
  const project = projectCopy();
  execFileSync('git', ['init', '-q'], { cwd: project });
  const { screen, exitCode } = await inTerminal(project, ['setup:local'], { CI: undefined }, undefined, columns);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}:\n${screen}`);
  // What is set up on the machine that records is no part of it: paths of its home, and where it has packages from.
  const shown = screen.replaceAll(os.homedir(), '~').replace(/[^\n]*where packages come from is set by[^\n]*\n/, '');
  const lines = screenOf(`$ ${command}\r\n${shown}`, columns);
  // What each package is comes after the steps, and is the longest part.
  const [end, next] = [
    lines.findIndex((cells) => textOf(cells).startsWith('changed in ')),
    lines.findIndex((cells) => textOf(cells).startsWith('next: ')),
  ];
  const kept = [...lines.slice(0, end + 1), ...lines.slice(next, next + 1)];
  fs.writeFileSync(path.join(repository, 'docs', 'setup-local.svg'), svgOf(kept, columns, `A first run of ${command}`));
}

const textOf = (cells: readonly { text: string }[]): string => cells.map(({ text }) => text).join('');

void main();
