import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, repository, runJust, temporaryFolder } from '../support/project';
import { contents } from '../support/sync';

const test = suite('folders that keep what is left out');

const flavour = (name: string) => `${path.join(repository, 'tests/fixtures/rsync', name)}:${process.env.PATH}`;

/** A project and a volume, both with these files in `data/processed`. */
function both(names: readonly string[], PATH = process.env.PATH ?? '') {
  const [project, volume] = [projectCopy(), temporaryFolder('jl-kept')];
  const sides = [path.join(project, 'data/processed'), path.join(volume, 'data/processed')] as const;
  for (const side of sides) for (const name of names) write(side, name);
  const remotes = { disk: { type: 'local', path: volume } };
  const sync = { push: ['data/processed'], pull: ['data/processed'], max_delete: 10 };
  fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), JSON.stringify({ remotes, sync }));
  const json = async (...args: string[]) => {
    const { stdout, exitCode } = await runJust(project, [...args, '--json'], { HOME: temporaryFolder('jl'), XDG_RUNTIME_DIR: '', PATH });
    return { ...JSON.parse(stdout), exitCode };
  };
  return { here: sides[0], there: sides[1], json };
}

function write(side: string, name: string): void {
  const file = path.join(side, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, name);
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
}

for (const [name, PATH] of [
  ['GNU', process.env.PATH],
  ['old', flavour('old')],
  ['openrsync', flavour('openrsync')],
] as const)
  for (const direction of ['push', 'pull'] as const)
    test(`--delete of a ${direction} comes to its end where a folder in a folder keeps a file that is left out: rsync, ${name}`, async () => {
      const { here, there, json } = both(['k1', 'k2', 'k3', 'old/x', 'old/y/z', 'gone/in/a'], PATH);
      const [source, target] = direction === 'push' ? [here, there] : [there, here];
      for (const junk of ['old/.DS_Store', "old/y/it's\n[b] $x/.gitkeep"]) write(target, junk);
      for (const folder of ['old', 'gone']) fs.rmSync(path.join(source, folder), { recursive: true });
      const { exitCode, steps } = await json(`sync:${direction}`, '--delete', '--force');
      assert.equal([exitCode, steps.at(-1).code], [0, undefined], steps.at(-1).found);
      assert.is((await json(`sync:${direction}`, '--delete')).outcome, 'unchanged');
      assert.equal(Object.keys(contents(target)).sort(), ['k1', 'k2', 'k3']);
      assert.equal([fs.existsSync(path.join(target, 'gone')), fs.readdirSync(path.join(target, 'old/y'))], [false, ["it's\n[b] $x"]]);
    });

test('--delete with --include is done where a folder on both sides has none of those files', async () => {
  const { here, there, json } = both(['k.log', 'm.log', 'n.log', 'sub/deep/d.txt', 'sub/s.txt']);
  fs.rmSync(path.join(here, 'k.log'));
  const planned = await json('sync:push', '--delete', '--include=*.log', '--force', '--check');
  assert.equal(
    planned.steps.at(-1).files.map(({ name }: { name: string }) => name),
    ['data/processed/k.log'],
  );
  assert.is((await json('sync:push', '--delete', '--include=*.log', '--force')).exitCode, 0);
  assert.equal(Object.keys(contents(there)).sort(), ['m.log', 'n.log', 'sub/deep/d.txt', 'sub/s.txt']);
});

test('empty folders alone are named where they are deleted', async () => {
  const { there, json } = both(['a', 'b']);
  fs.mkdirSync(path.join(there, 'e1/e2'), { recursive: true });
  const { exitCode, steps } = await json('sync:push', '--delete', '--force');
  assert.equal([exitCode, steps.at(-1).actions[0].title], [0, 'delete data/processed/e1/e2, data/processed/e1']);
  assert.equal(fs.readdirSync(there).sort(), ['a', 'b']);
});

test.run();
