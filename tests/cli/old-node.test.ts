import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isNodeNewEnough, nodeNeeded, nodeProgram, nodeTest } from '../../tasks/knowledge/node-needed';
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
  for (const version of ['12.22.12', '16.20.2', '18.20.8', '20.18.3', '21.7.3', '22.11.0']) {
    const { status, stderr } = as(version, [just, 'storage'], project);
    assert.is(status, 1, stderr);
    assert.ok(
      stderr.startsWith(`just-lora needs ${nodeNeeded}, and this is Node ${version} (E_NODE_OLD)\n\nfix: \`nvm install 22`),
      stderr,
    );
    assert.not.match(stderr, /^ +at /m);
  }
  const index = path.join(repository, 'tasks/index.ts');
  const register = ['-r', path.join(repository, 'tools/ts-node/loader.js')];
  const load = `require(${JSON.stringify(path.join(repository, 'tools/ts-node/loader.js'))}).register(); require(${JSON.stringify(index)})`;
  for (const version of ['18.20.8', '22.11.0']) {
    const asPackage = as(version, [...register, '-e', load], project);
    assert.is(asPackage.status, 1);
    assert.ok(asPackage.stderr.startsWith(`just-lora needs ${nodeNeeded}, and this is Node ${version} (E_NODE_OLD)`), asPackage.stderr);
  }
});

test('what says so is written in words that an old Node knows, and what stands in package.json is what it says', () => {
  const { transpileModule, ScriptTarget, ModuleKind } = require('typescript') as typeof import('typescript');
  const compiled = (text: string, target: number) =>
    transpileModule(text, { compilerOptions: { target, module: ModuleKind.CommonJS, esModuleInterop: true, allowJs: true } }).outputText;
  for (const file of ['tools/ts-node/index.js', 'tasks/node-version.ts', 'tasks/knowledge/node-needed.ts', 'tasks/index.ts'])
    assert.is(compiled(read(file), ScriptTarget.ES2018), compiled(read(file), ScriptTarget.ES2022), file);
  assert.match(
    compiled(read('tasks/index.ts'), ScriptTarget.ES2022),
    /^(?:"use strict";|Object\.defineProperty\(exports, "__esModule".*|exports\..* = void 0;|\s)*require\("\.\/node-version"\);/,
  );
  for (const file of ['package.json', 'package-lock.json']) assert.match(read(file), '"node": "^20.19 || >=22.12"', file);
});

test('one rule, wherever a Node is judged: that of `engines`', () => {
  const judged: Readonly<Record<string, boolean>> = {
    ...{ '18.20.8': false, '20.18.3': false, '20.19.0': true, '20.20.2': true, '21.7.3': false },
    ...{ '22.0.0': false, '22.11.0': false, '22.12.0': true, '23.0.0': true, '24.1.0': true },
  };
  const project = projectCopy();
  const sh = (script: string, ...args: string[]) => spawnSync('sh', ['-c', script, 'sh', ...args]).status === 0;
  for (const [version, isRight] of Object.entries(judged)) {
    assert.is(isNodeNewEnough(version), isRight, version);
    assert.is(as(version, ['-e', nodeProgram], project).status === 0, isRight, version);
    const [major = '', minor = ''] = version.split('.');
    assert.is(sh(`t() { a=$1; b=$2; ${nodeTest} }; t "$1" "$2"`, major, minor), isRight, version);
    const clone = as(version, ['-e', `require(${JSON.stringify(path.join(repository, 'tools/ts-node'))})`], project);
    assert.is(clone.status === 0, isRight, version);
  }
  assert.not.ok(sh(`t() { a=$1; b=; ${nodeTest} }; t nothing`));
});

test.run();
