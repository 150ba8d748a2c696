import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Graph, pageWithPicture, pictureOf } from '../../tools/layers-picture';
import { repository, temporaryFolder } from '../support/project';

const { rooms } = require('../../tools/rooms') as { rooms: string[] };
const folders = rooms.filter((room) => room !== '.');

/** Checks a project with our rules, our folders, and no files but these. */
function layersOf(files: Readonly<Record<string, string>>) {
  const project = temporaryFolder();
  for (const name of folders) fs.mkdirSync(path.join(project, 'tasks', name), { recursive: true });
  fs.mkdirSync(path.join(project, 'tools'));
  for (const file of ['layers.js', 'rooms.js']) fs.copyFileSync(path.join(repository, 'tools', file), path.join(project, 'tools', file));
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    fs.writeFileSync(path.join(project, file), text);
  }
  const program = path.join(repository, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--config', 'tools/layers.js', 'tasks'], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, output: stdout + stderr };
}

const low = folders.find((room) => !room.includes('/')) ?? '';

test('imports that go down pass, types that need each other too', () => {
  const { status, output } = layersOf({
    'tasks/index.ts': `export { a } from './${low}/a';\n`,
    [`tasks/${low}/a.ts`]: "import type { B } from './b';\nexport const a = 1;\nexport type A = B;\n",
    [`tasks/${low}/b.ts`]: "import { a } from './a';\nexport type B = 1;\nexport const b = a;\n",
  });
  assert.is(status, 0, output);
});

test('imports that go up, circles and imports of nothing are refused, lazy ones too, each by its name', () => {
  const { status, output } = layersOf({
    'tasks/index.ts': 'export const a = 1;\nexport type A = 1;\n',
    [`tasks/${low}/up.ts`]: "import { a } from '../index';\nexport const b = a;\n",
    [`tasks/${low}/type-up.ts`]: "import type { A } from '../index';\nexport type B = A;\n",
    [`tasks/${low}/lazy-up.ts`]: "export const b = () => (require('../index') as typeof import('../index')).a;\n",
    [`tasks/${low}/a.ts`]: "import { b } from './b';\nexport const a = b;\n",
    [`tasks/${low}/b.ts`]: "import { a } from './a';\nexport const b = a;\n",
    [`tasks/${low}/c.ts`]: "export const c = () => (require('./d') as typeof import('./d')).d;\n",
    [`tasks/${low}/d.ts`]: "import { c } from './c';\nexport const d = c;\n",
    [`tasks/${low}/lost.ts`]: "export { b } from './gone';\n",
  });
  assert.not.equal(status, 0);
  for (const file of ['up', 'type-up', 'lazy-up'])
    assert.match(output, new RegExp(`error layers: [^:]*${low}[^:]*: tasks/${low}/${file}\\.ts → tasks/index\\.ts`));
  for (const file of ['a', 'c']) assert.match(output, new RegExp(`error no-circle: tasks/${low}/${file}\\.ts`));
  assert.match(output, new RegExp(`error no-unresolvable: tasks/${low}/lost\\.ts → \\./gone`));
});

test('a folder that stands in no row is refused', () => {
  const { status, output } = layersOf({ 'tasks/unheard-of/a.ts': 'export const a = 1;\n' });
  assert.not.equal(status, 0);
  assert.match(output, 'tasks/unheard-of stands in no row');
});

test('a picture has a row for each layer, and an arrow only where no other way leads there', () => {
  const graph: Graph = new Map([
    ['top', new Set(['middle', 'low', 'left'])],
    ['middle', new Set(['low'])],
    ['left', new Set(['right'])],
    ['right', new Set(['left', 'low'])],
    ['low', new Set<string>()],
  ]);
  assert.is(
    pictureOf(graph),
    [' 3  top           → left + right, middle', ' 2  left + right  → low', '    middle        → low', ' 1  low'].join('\n'),
  );
});

test('docs/ARCHITECTURE.md shows the layers as they are; `npm run layers:picture` draws them anew', () => {
  const page = fs.readFileSync(path.join(repository, 'docs', 'ARCHITECTURE.md'), 'utf8');
  assert.ok(pageWithPicture(page) === page, 'the picture is of other imports');
});

test.run();
