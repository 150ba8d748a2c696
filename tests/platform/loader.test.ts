import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository, temporaryFolder } from '../support/project';

const test = suite('the loader of TypeScript');

/** What a file of these prints, with the loader of this repository. */
function printed(files: Readonly<Record<string, string | { linkTo: string }>>, start: string): unknown {
  const folder = temporaryFolder('jl-loader');
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (typeof content === 'string') fs.writeFileSync(file, content);
    else fs.symlinkSync(content.linkTo, file);
  }
  const register = path.join(repository, 'tools/ts-node/register.js');
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-r', register, path.join(folder, start)], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  return JSON.parse(stdout);
}

test('a file beside a folder of the same name: a slash tells them apart', () => {
  const files = {
    'sub.ts': "export const is = 'file';",
    'sub/index.ts': "export const is = 'folder';",
    'sub/inner.ts':
      "import { is } from './'; import { is as up } from '../sub/'; import { is as file } from '../sub'; console.log(JSON.stringify([is, up, file]));",
  };
  assert.equal(printed(files, 'sub/inner.ts'), ['folder', 'folder', 'file']);
});

test('what is a link, or lies behind one, is loaded once, and finds what lies beside the file itself', () => {
  const files = {
    'shared/helper.ts': "export const text = 'helper';",
    'shared/task.ts': "import { text } from './helper'; export const is = text; export class Fault {}",
    'project/task.ts': { linkTo: '../shared/task.ts' },
    'project/folder': { linkTo: '../shared' },
    'project/start.ts':
      "import { Fault as one, is } from './task'; import { Fault as two } from './folder/task'; import { Fault as three } from '../shared/task'; console.log(JSON.stringify([is, one === two, two === three]));",
  };
  assert.equal(printed(files, 'project/start.ts'), ['helper', true, true]);
});

test('where it is told where to look, it looks there', () => {
  const files = {
    'one.ts': '',
    'other/one.js': '',
    'start.ts':
      "import * as path from 'node:path'; console.log(JSON.stringify(path.basename(path.dirname(require.resolve('./one', { paths: [path.join(__dirname, 'other')] })))));",
  };
  assert.is(printed(files, 'start.ts'), 'other');
});

test.run();
