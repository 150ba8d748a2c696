import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryFolder } from '../tests/support/project';
import type { Benchmark } from './support/benchmark';
import { medians } from './support/measure';

const repository = path.resolve(__dirname, '..');

/** A folder with just as its users install it: real ts-node, real TypeScript, one task that does nothing. */
export function stockProject(): string {
  const folder = temporaryFolder('bench-start');
  fs.writeFileSync(path.join(folder, 'package.json'), '{"private": true}');
  fs.writeFileSync(path.join(folder, 'just.config.ts'), "import { task } from 'just-task';\n\ntask('empty', () => undefined);\n");
  execFileSync('npm', ['install', '--silent', '--ignore-scripts', 'just-task@1.14.1', 'ts-node@10', 'typescript@5'], {
    cwd: folder,
    stdio: 'inherit',
  });
  return folder;
}

export const benchmark: Benchmark = {
  title: 'The start of just',
  about:
    'What a task costs before it does anything: `npx just mkdirs` where all is done, against `npx just` with an empty task as its users have it, with the published ts-node. The other rows say where the time goes: npx itself, and Node.',
  async run() {
    const stock = stockProject();
    const just = (folder: string) => path.join(folder, 'node_modules', 'just-task', 'bin', 'just.js');
    const env = { ...process.env, npm_config_update_notifier: 'false' } as Record<string, string>;
    const [ours = 0, empty = 0, oursAlone = 0, emptyAlone = 0, npx = 0, node = 0] = await medians(9, [
      { command: 'npx', args: ['just', 'mkdirs'], cwd: repository, env },
      { command: 'npx', args: ['just', 'empty'], cwd: stock, env },
      { command: process.execPath, args: [just(repository), 'mkdirs'], cwd: repository, env },
      { command: process.execPath, args: [just(stock), 'empty'], cwd: stock, env },
      { command: 'npx', args: ['tsc', '--version'], cwd: stock, env },
      { command: process.execPath, args: ['-e', '0'], cwd: stock, env },
    ]);
    const s = (value: number) => `${value.toFixed(2)} s`;
    return [
      {
        what: '`npx just mkdirs`, all done',
        ours: s(ours),
        peer: `\`npx just empty\` with ts-node ${s(empty)}`,
        ratio: ours / empty,
        goal: 0.6,
        why: 'npx itself, which no project can make faster, is most of it; the row below leaves it out.',
      },
      { what: 'the same without npx', ours: s(oursAlone), peer: `with ts-node ${s(emptyAlone)}`, ratio: oursAlone / emptyAlone },
      {
        what: 'what just and we take beyond Node itself',
        ours: s(oursAlone - node),
        peer: `\`node -e 0\` ${s(node)}`,
        ratio: (oursAlone - node) / node,
      },
      { what: 'what npx adds', ours: s(ours - oursAlone), peer: `\`npx tsc --version\` ${s(npx)}`, ratio: (ours - oursAlone) / npx },
    ];
  },
};
