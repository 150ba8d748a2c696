import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyFolder } from '../../support/project';
import { isWhole, type SmallProject, smallProject, smallWheels } from '../../support/small-environment';

const test = suite<{ project: SmallProject }>('what a person put into an environment');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };
const mine = ['bin/mytool', 'mine.txt', 'notes/a.ipynb'];

test.before(async (context) => {
  context.project = await smallProject({ wheels: smallWheels.map((one) => ({ ...one, program: `run-${one.name}` })) });
  assert.is((await context.project.step(['env:local'])).outcome, 'changed');
});
test.before.each(({ project }) => {
  for (const name of fs.readdirSync(project.folder).filter((each) => each.startsWith('.venv-local.')))
    fs.rmSync(path.join(project.folder, name), { recursive: true });
  for (const file of mine) {
    fs.mkdirSync(path.dirname(path.join(project.venv, file)), { recursive: true });
    fs.writeFileSync(path.join(project.venv, file), `mine: ${file}`);
  }
});
test.after(({ project }) => project.index.close());

const keptIn = ({ venv }: SmallProject): string[] =>
  fs.existsSync(`${venv}.kept`)
    ? fs
        .readdirSync(`${venv}.kept`, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(`${venv}.kept`, path.join(entry.parentPath, entry.name)))
        .sort()
    : [];

/** The environment is new and whole, and what a person had put there lies beside it. */
function isKept(project: SmallProject, files: readonly string[] = mine): void {
  assert.ok(isWhole(project, versions));
  assert.equal(keptIn(project), files);
  for (const file of files) assert.is(fs.readFileSync(path.join(`${project.venv}.kept`, file), 'utf8'), `mine: ${file}`);
  assert.not.ok(fs.existsSync(`${project.venv}.before`));
  assert.not.ok(fs.existsSync(`${project.venv}.kept-2`));
  assert.not.ok(fs.existsSync(path.join(project.venv, 'mine.txt')));
}

test('stays beside the place where it is built again, and plan and result say so', async ({ project }) => {
  const link = path.join(project.venv, 'bin', 'python');
  for (const [args, break_] of [
    [['--force'], () => undefined],
    [
      [],
      () => {
        fs.rmSync(link);
        fs.symlinkSync('/nonexistent', link);
      },
    ],
  ] as const) {
    for (const file of mine) {
      fs.mkdirSync(path.dirname(path.join(project.venv, file)), { recursive: true });
      fs.writeFileSync(path.join(project.venv, file), `mine: ${file}`);
    }
    fs.rmSync(`${project.venv}.kept`, { recursive: true, force: true });
    break_();
    const plan = await project.step(['env:local', '--plan', ...args]);
    assert.match(
      plan['actions'].at(-1).title,
      /^rebuild .*, and keep mine\.txt, notes, bin\/mytool, which a person added, in `\.venv-local\.kept`$/,
    );
    const done = await project.step(['env:local', ...args]);
    assert.is(done.outcome, 'changed', JSON.stringify(done));
    assert.is(done['warning'], '`.venv-local.kept` keeps what a person had added to the environment before');
    isKept(project);
    const after = await project.step(['env:local']);
    assert.equal([after.outcome, after['warning']], ['unchanged', undefined]);
  }
});

test('stays where it is when packages are mended', async ({ project }) => {
  fs.rmSync(path.join(project.venv, 'lib/python3.10/site-packages/gamma-3.0.dist-info'), { recursive: true });
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  assert.equal(keptIn(project), []);
  for (const file of mine) assert.is(fs.readFileSync(path.join(project.venv, file), 'utf8'), `mine: ${file}`);
});

test('stays where a run was killed before, while packages were mended or behind the new one', async ({ project }) => {
  const before = `${project.venv}.before`;
  // Mending: the copy is of hard links, and holds the same.
  copyFolder(project.venv, before);
  fs.rmSync(path.join(before, 'pyvenv.cfg'));
  fs.linkSync(path.join(project.venv, 'pyvenv.cfg'), path.join(before, 'pyvenv.cfg'));
  const plan = await project.step(['env:local', '--plan']);
  assert.is(plan['actions'].at(-1).title, 'remove the environment that was left beside `.venv-local`');
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  assert.equal(keptIn(project), []);
  // The new one stands, and the one before holds what was put there.
  copyFolder(project.venv, before);
  for (const file of mine) fs.rmSync(path.join(project.venv, file));
  fs.rmdirSync(path.join(project.venv, 'notes'));
  const leftover = await project.step(['env:local', '--plan']);
  assert.match(leftover['actions'].at(-1).title, /left beside `\.venv-local`, and keep mine\.txt, .* in `\.venv-local\.kept`$/);
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  isKept(project);
});

test('stays where the environment is half-built, at its top', async ({ project }) => {
  fs.writeFileSync(path.join(project.venv, 'just-lora.json'), '{"state": "building"}\n');
  assert.match((await project.step(['env:local', '--plan']))['actions'].at(-1).title, /keep mine\.txt, notes, which a person added, in/);
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  isKept(project, ['mine.txt', 'notes/a.ipynb']);
});

test('what packages brought is nobody else’s: a program whose RECORD is gone comes again', async ({ project }) => {
  for (const file of mine) fs.rmSync(path.join(project.venv, file));
  fs.rmdirSync(path.join(project.venv, 'notes'));
  const programs = fs.readdirSync(path.join(project.venv, 'bin'));
  assert.ok(programs.includes('run-gamma'));
  fs.rmSync(path.join(project.venv, 'lib'), { recursive: true });
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  assert.equal(keptIn(project), []);
  assert.equal(fs.readdirSync(path.join(project.venv, 'bin')), programs);
});

test('uninstall names it, and leaves the environment', async ({ project }) => {
  const { stdout } = await project.just(['uninstall', '--json']);
  const [told] = JSON.parse(stdout).steps;
  assert.match(told.stays.join(), /^`\.venv-local` .*with mine\.txt, notes, bin\/mytool, which a person added: `--kept` removes it too/);
});

test.run();
