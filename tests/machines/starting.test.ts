import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StartRequest } from '../../tasks/machines/there/protocol';
import { startOrAttach } from '../../tasks/machines/there/start';
import { repository, temporaryFolder } from '../support/project';

const test = suite('who is about to start a run');

const register = ['-r', path.join(repository, 'tools/ts-node/register')];
const fixture = path.join(repository, 'tests/fixtures/start-run.ts');

const request: StartRequest = {
  ...{ task: 'mkdirs', shown: 'npx just mkdirs', key: 'k', from: 'laptop', isLook: false },
  ...{ command: ['true'], environment: {} },
};
const id = (at: number): string => `20261128T17250012${at}-1f2e3d4c`;
const held = (project: string): string => path.join(project, '.just-lora/machine-runs-starting');

test('one that died on it gives way, and nothing of it is left', async () => {
  const project = temporaryFolder('jl-start');
  fs.mkdirSync(path.dirname(held(project)));
  fs.writeFileSync(held(project), 'dead');
  const before = Date.now() / 1000 - 60;
  fs.utimesSync(held(project), before, before);
  const begun = await startOrAttach(project, id(1), request, { begin: () => undefined, drop: () => undefined });
  assert.ok('isNew' in begun && begun.isNew);
  assert.equal(
    fs.readdirSync(path.dirname(held(project))).filter((name) => name.startsWith('machine-runs-')),
    [],
  );
});

test('one that took so long that another has its place by now leaves it to that one', async () => {
  const project = temporaryFolder('jl-start');
  const begin = () => {
    fs.rmSync(held(project));
    fs.writeFileSync(held(project), 'other');
  };
  await startOrAttach(project, id(1), request, { begin, drop: () => undefined });
  assert.is(fs.readFileSync(held(project), 'utf8'), 'other');
});

test('six who ask at once where one has died on it get one run, each time', async () => {
  const [folder, rounds, asking] = [temporaryFolder('jl-start'), 10, 6];
  const projects = Array.from({ length: rounds }, (_, at) => path.join(folder, `project-${at}`));
  const told: string[][] = [];
  const ready: Promise<void>[] = [];
  const ended: Promise<number | null>[] = [];
  for (let at = 0; at < asking; at++) {
    const child = spawn(process.execPath, [...register, fixture, id(at), ...projects], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    const isReady = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => (line === 'ready' ? resolve() : lines.push(line)));
    });
    told.push(lines);
    ready.push(isReady);
    ended.push(new Promise((resolve) => child.once('close', resolve)));
  }
  await Promise.all(ready);
  for (const project of projects) {
    const coming = `${project}.coming`;
    fs.mkdirSync(path.dirname(held(coming)), { recursive: true });
    fs.writeFileSync(held(coming), 'dead');
    const before = Date.now() / 1000 - 60;
    fs.utimesSync(held(coming), before, before);
    fs.renameSync(coming, project);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.equal(await Promise.all(ended), new Array(asking).fill(0));
  for (const [round, project] of projects.entries()) {
    const ends = told.map((lines) => lines[round]?.split(' ') ?? []);
    assert.is(ends.filter(([kind]) => kind === 'new').length, 1, JSON.stringify(ends));
    assert.is(new Set(ends.map(([, run]) => run)).size, 1, JSON.stringify(ends));
    assert.equal(
      fs.readdirSync(path.dirname(held(project))).filter((name) => name.startsWith('machine-runs-')),
      [],
    );
  }
});

test.run();
