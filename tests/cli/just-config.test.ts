import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { configName, newConfigName } from '../../tasks/cli/just-config';
import { UserError } from '../../tasks/common/errors';
import * as files from '../../tasks/platform/files';
import { cleanEnvironment, projectCopy, repository, temporaryFolder } from '../support/project';

const test = suite('the file that just reads');

/** A folder with these files; `type` of its package.json. */
function folderWith(names: readonly string[], type?: string): string {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(type === undefined ? {} : { type }));
  for (const name of names) fs.writeFileSync(path.join(folder, name), '');
  return folder;
}

const rows: [names: string[], type: string | undefined, outcome: string | undefined][] = [
  [[], undefined, undefined],
  [['just.config.ts'], undefined, 'just.config.ts'],
  [['just.config.ts'], 'commonjs', 'just.config.ts'],
  [['just.config.ts'], 'module', '`mv just.config.ts just.config.cts`'],
  [['just.config.cts'], 'module', 'just.config.cts'],
  [['just.config.js', 'just.config.ts'], 'module', 'just.config.js'],
  [['just.config.mts'], undefined, '`mv just.config.mts just.config.cts`'],
  [['just.config.mjs'], 'module', '`mv just.config.mjs just.config.cts`'],
  [['just.config.mjs', 'just.config.cts'], 'module', 'just.config.cts'],
];
for (const [names, type, outcome] of rows)
  test(`${names.join(', ') || 'none'} where the type is ${type ?? 'not said'}`, () => {
    const folder = folderWith(names, type);
    try {
      assert.is(configName(files, folder), outcome);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      assert.is(error.fault.fix, outcome);
    }
    assert.is(newConfigName(files, folder), type === 'module' ? 'just.config.cts' : 'just.config.ts');
  });

const start = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, ['-r', path.join(repository, 'tools/ts-node/register'), path.join(repository, 'tasks/bin.ts'), ...args], {
    cwd,
    env: cleanEnvironment(),
    encoding: 'utf8',
  });

test('init writes it once, in the folder of the package, and says what comes next', () => {
  const folder = folderWith([], 'module');
  const below = path.join(folder, 'src');
  fs.mkdirSync(below);
  const none = start(below, 'storage');
  assert.is(none.status, 2);
  assert.match(none.stderr, /E_JUST_CONFIG[\s\S]*fix: `npx just-lora init`/);
  assert.match(start(below, 'init').stdout, /wrote `just\.config\.cts`\n\nnext: `npx just setup:local --plan` in /);
  assert.match(fs.readFileSync(path.join(folder, 'just.config.cts'), 'utf8'), "from 'just-lora'");
  assert.match(start(folder, 'init').stdout, /is there already\n/);
  fs.writeFileSync(path.join(folder, 'just.config.cts'), '// mine\n');
  assert.match(start(folder, 'init').stdout, 'does not name just-lora');
  assert.is(fs.readFileSync(path.join(folder, 'just.config.cts'), 'utf8'), '// mine\n');
});

test('from a folder of the project it is the same as in the project', () => {
  const project = projectCopy();
  const { stdout, stderr } = start(path.join(project, 'data/raw'), 'mkdirs', '--plan', '--json');
  assert.is(JSON.parse(stdout || '{}').task, 'mkdirs', stderr);
  assert.not.ok(fs.existsSync(path.join(project, 'data/raw/configs')));
});

test.run();
