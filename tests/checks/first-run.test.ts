import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesIn } from '../support/files-in';
import { repository, runJust, temporaryFolder } from '../support/project';

interface Told {
  name: string;
  state: string;
  found: string;
  missing?: string[];
  kept?: string[];
}

const test = suite("first run in a repository of one's own");

const own = {
  'requirements-local.txt': 'requests==2.31.0\n',
  'README.md': '# Weather\n',
  '.gitignore': 'node_modules\n',
  'data/a.jsonl': '{}\n',
};
const project = temporaryFolder('own');
/** Every file of the project that is not state. */
const tree = () => filesIn(project, ['.git', '.just-lora', 'node_modules']);
const steps = async (exitCode: number, ...args: string[]): Promise<Record<string, Told>> => {
  const ran = await runJust(project, [...args, '--json']);
  assert.is(ran.exitCode, exitCode, ran.stdout + ran.stderr);
  return Object.fromEntries(JSON.parse(ran.stdout).steps.map((step: Told) => [step.name, step]));
};

test.before(() => {
  execFileSync('git', ['init', '-q'], { cwd: project });
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(project, 'node_modules'));
  fs.writeFileSync(path.join(project, 'just.config.ts'), `import { registerTasks } from '${repository}/tasks';\nregisterTasks();\n`);
  fs.writeFileSync(path.join(project, 'package.json'), '{}');
  fs.mkdirSync(path.join(project, 'data'));
  for (const [file, text] of Object.entries(own)) fs.writeFileSync(path.join(project, file), text);
});

test('a plan of the first run says where the run would stop, and every file that it would write', async () => {
  const { mkdirs, files, gitignore, 'env:local': environment, paths } = await steps(0, 'setup:local', '--plan');
  assert.is(mkdirs?.found, '7 of 7 folders missing');
  assert.equal([gitignore?.state, files?.kept], ['blocked', ['.gitignore', 'requirements-local.txt']]);
  // What an earlier step of the same run writes is there by then.
  assert.is(environment?.state, 'todo', environment?.found);
  assert.match(paths?.found ?? '', /^`\.venv-local` is not there/);
  assert.not(fs.existsSync(path.join(project, 'configs')), 'a plan writes nothing');

  const before = new Set(tree());
  await steps(0, 'mkdirs');
  const written = tree().filter((file) => !before.has(file) && !file.endsWith('.gitkeep'));
  assert.equal(written, [...(files?.missing ?? [])].sort());
  for (const [file, text] of Object.entries(own)) assert.is(fs.readFileSync(path.join(project, file), 'utf8'), text, file);
  const after = await steps(0, 'mkdirs', '--plan');
  assert.is(after['mkdirs']?.found, '7 of 7 folders there');
  const all = written.length + 2;
  assert.is(after['files']?.found, `${all} of ${all} files there`);
});

test('from a sub-folder the project is meant where its configuration is named', async () => {
  const { stdout } = await runJust(path.join(project, 'data'), ['--config', '../just.config.ts', 'mkdirs', '--json', '--plan'], {});
  assert.is(JSON.parse(stdout).steps[0].found, '7 of 7 folders there');
  assert.equal(fs.readdirSync(path.join(project, 'data')).sort(), ['a.jsonl', 'processed', 'raw', 'synthetic']);
});

test('the first check has something to do, and is not blocked by what the run itself brings', async () => {
  for (const folder of ['configs', 'scripts']) fs.rmSync(path.join(project, folder), { recursive: true });
  for (const file of fs.readdirSync(project).filter((name) => /^(environment|requirements)-/.test(name)))
    fs.rmSync(path.join(project, file));
  fs.rmSync(path.join(project, '.gitignore'));
  const told = await steps(3, 'setup:local', '--check');
  assert.equal(
    Object.values(told).filter(({ state }) => state === 'blocked'),
    [],
  );
});

test.run();
