import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exampleOf } from '../support/documents';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { contents } from '../support/sync';

const test = suite('kinds of remotes');

/** A project with one more kind: the file that docs/EXTENDING.md shows, and nothing else. */
function projectWithKind(): string {
  const project = projectCopy();
  const file = 'tasks/sync/remote-types/stick.ts';
  fs.writeFileSync(path.join(project, file), exampleOf('EXTENDING.md', file));
  return project;
}

test('a new kind is one file: it pushes, tells, deletes, verifies and pulls', async () => {
  const project = projectWithKind();
  const there = path.join(temporaryFolder('jl-stick'), 'project');
  const sync = { push: ['data/processed'], pull: ['data/processed'] };
  const settings = path.join(project, 'configs/setup.local.yaml');
  const configure = (remote: object) =>
    fs.writeFileSync(settings, JSON.stringify({ remotes: { disk: { type: 'stick', ...remote } }, sync }));
  const json = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await runJust(project, [...args, '--json'], { HOME: temporaryFolder('jl') });
    return { ...JSON.parse(stdout), exitCode, stderr };
  };
  const data = path.join(project, 'data/processed');
  fs.mkdirSync(path.join(data, 'sub'));
  fs.writeFileSync(path.join(data, 'a'), 'a');
  fs.writeFileSync(path.join(data, 'sub/b'), 'b');
  configure({ path: 'relative' });
  assert.equal((await json('sync:push')).error?.code, 'E_REMOTE_SETTINGS');
  configure({ path: there });
  const remotes = await json('sync:remotes');
  assert.equal([remotes.exitCode, remotes.steps[0].found], [0, `\`${there}\` answers; cp (the default)`]);
  const pushed = await json('sync:push', '--verify');
  assert.equal([pushed.exitCode, pushed.steps[1].sent.files], [0, 2], pushed.stderr);
  assert.equal(contents(path.join(there, 'data/processed')), contents(data));
  assert.is(fs.readFileSync(path.join(there, '.just-lora/manifests/data-processed.sha256'), 'utf8').trim().split('\n').length, 2);
  assert.is((await json('sync:push', '--verify')).outcome, 'unchanged');
  fs.rmSync(path.join(data, 'a'));
  fs.writeFileSync(path.join(there, 'data/processed/theirs'), 'x');
  const status = await json('sync:status');
  assert.equal([status.exitCode, status.steps[1].onlyThere], [3, ['data/processed/a', 'data/processed/theirs']]);
  const pulled = await json('sync:pull');
  assert.equal([pulled.exitCode, contents(data)], [0, contents(path.join(there, 'data/processed'))], pulled.stderr);
  fs.rmSync(path.join(data, 'theirs'));
  assert.is((await json('sync:push', '--delete')).exitCode, 0);
  assert.equal(contents(path.join(there, 'data/processed')), contents(data));
  const one = ['sync:push', '--only=data/processed/sub/b', '--verify'];
  fs.writeFileSync(path.join(data, 'sub/b'), 'B');
  assert.equal([(await json(...one)).exitCode, (await json(...one)).outcome], [0, 'unchanged']);
  assert.is(fs.readFileSync(path.join(there, 'data/processed/sub/b'), 'utf8'), 'B');
  assert.is((await json('report', '--remote=disk')).exitCode, 2);
});

test.run();
