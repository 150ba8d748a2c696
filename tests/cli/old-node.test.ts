import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, projectCopy, repository, temporaryFolder } from '../support/project';

const test = suite('a Node that is too old');
const read = (file: string) => fs.readFileSync(path.join(repository, file), 'utf8');

/** This Node, taken for another one. Real ones before 20.19 were tried by hand: 12.22, 16.20, 18.20. */
function as(version: string, args: readonly string[], cwd: string) {
  const preload = path.join(temporaryFolder(), 'version.js');
  fs.writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });\n`);
  return spawnSync(process.execPath, ['-r', preload, ...args], { cwd, env: cleanEnvironment(), encoding: 'utf8' });
}

test('one sentence and the cure, before any stack', () => {
  const project = projectCopy();
  const just = path.join(repository, 'node_modules/just-task/bin/just.js');
  for (const version of ['12.22.12', '16.20.2', '18.20.8', '20.18.3']) {
    const { status, stderr } = as(version, [just, 'storage'], project);
    assert.is(status, 1, stderr);
    assert.ok(
      stderr.startsWith(`just-lora needs Node 20.19 or newer, and this is Node ${version} (E_NODE_OLD)\n\nfix: \`nvm install 22`),
      stderr,
    );
    assert.not.match(stderr, /^ +at /m);
  }
  const index = path.join(repository, 'tasks/index.ts');
  const register = ['-r', path.join(repository, 'tools/ts-node/loader.js')];
  const asPackage = as(
    '18.20.8',
    [
      ...register,
      '-e',
      `require(${JSON.stringify(path.join(repository, 'tools/ts-node/loader.js'))}).register(); require(${JSON.stringify(index)})`,
    ],
    project,
  );
  assert.is(asPackage.status, 1);
  assert.match(asPackage.stderr, /^just-lora needs Node 20\.19 or newer, and this is Node 18\.20\.8/);
});

test('what says so is written in words that an old Node knows, and what stands in package.json is what it says', () => {
  const { transpileModule, ScriptTarget, ModuleKind } = require('typescript') as typeof import('typescript');
  const compiled = (text: string, target: number) =>
    transpileModule(text, { compilerOptions: { target, module: ModuleKind.CommonJS, esModuleInterop: true, allowJs: true } }).outputText;
  for (const file of ['tools/ts-node/index.js', 'tasks/node-version.ts', 'tasks/index.ts'])
    assert.is(compiled(read(file), ScriptTarget.ES2018), compiled(read(file), ScriptTarget.ES2022), file);
  assert.match(
    compiled(read('tasks/index.ts'), ScriptTarget.ES2022),
    /^(?:"use strict";|Object\.defineProperty\(exports, "__esModule".*|exports\..* = void 0;|\s)*require\("\.\/node-version"\);/,
  );
  assert.is(JSON.parse(read('package.json')).engines.node, '>=20.19');
});

test.run();
