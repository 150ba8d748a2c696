import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StartRequest } from '../../tasks/machines/there/protocol';
import { startOrAttach } from '../../tasks/machines/there/start';
import { atOnce, typeScript } from '../support/at-once';
import { temporaryFolder } from '../support/project';

const test = suite('who is about to start a run');

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
  const asks = (at: number, projects: readonly string[]) => typeScript('tests/fixtures/start-run.ts', [id(at), ...projects]);
  const rounds = await atOnce(asks, (project) => {
    fs.mkdirSync(path.dirname(held(project)), { recursive: true });
    fs.writeFileSync(held(project), 'dead');
    const before = Date.now() / 1000 - 60;
    fs.utimesSync(held(project), before, before);
  });
  for (const { folder, said } of rounds) {
    assert.is(said.filter((line) => line.startsWith('new ')).length, 1, said.join());
    assert.is(new Set(said.map((line) => line.split(' ')[1])).size, 1, said.join());
    assert.equal(
      fs.readdirSync(path.dirname(held(folder))).filter((name) => name.startsWith('machine-runs-')),
      [],
    );
  }
});

test.run();
