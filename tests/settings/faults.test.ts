import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { UserError } from '../../tasks/common/errors';
import { thisHost } from '../../tasks/platform';
import { type LoadedSettings, readSettings } from '../../tasks/settings/read/load';
import { temporaryFolder } from '../support/project';
import { type WrongCase, wrongCases } from './wrong-cases';

const test = suite('wrong settings');

function faultsOf({ file = 'configs/setup.yaml', text, env = {}, sets = [] }: Omit<WrongCase, 'what' | 'says'>): string[] {
  const root = temporaryFolder();
  fs.mkdirSync(path.join(root, 'configs'));
  if (text !== undefined) fs.writeFileSync(path.join(root, file), text);
  return faultIn(() => readSettings({ ...thisHost(), env }, root, 'local', sets))?.tail?.split('\n') ?? [];
}

/** A wrong `--set` is wrong usage and thrown at once; what is wrong in the project is told beside the settings. */
function faultIn(read: () => LoadedSettings) {
  try {
    return read().fault;
  } catch (error) {
    assert.is((error as UserError).exitCode, 2);
    return (error as UserError).fault;
  }
}

for (const { what, says, ...given } of wrongCases)
  test(`${what} is told`, () => {
    const begun = performance.now();
    const lines = faultsOf(given);
    assert.ok(performance.now() - begun < 2000);
    assert.is(lines.length, says.length, lines.join('\n'));
    for (const [index, expected] of says.entries()) {
      if (typeof expected === 'string') assert.is(lines[index], expected);
      else assert.match(lines[index] ?? '', expected);
    }
    assert.is(({} as Record<string, unknown>)['polluted'], undefined);
  });

const fine: Record<string, string> = {
  'an empty file': '',
  'comments alone': '# nothing\n\n',
  'a byte order mark': '\ufeffrun: {keep_records: 7}\n',
  'Windows line ends': 'run:\r\n  keep_records: 7\r\n',
  'a document marker': '---\nrun: {keep_records: 7}\n...\n',
  'a hexadecimal number': 'run: {keep_records: 0x7}\n',
};
for (const [what, text] of Object.entries(fine)) test(`${what} is read`, () => assert.equal(faultsOf({ text }), []));

for (const [what, make, says] of [
  ['a folder', (file: string) => fs.mkdirSync(file), 'a folder; expected a file'],
  ['a link that leads nowhere', (file: string) => fs.symlinkSync('nowhere', file), 'a link that leads nowhere; expected a file'],
  ['a link to itself', (file: string) => fs.symlinkSync('setup.yaml', file), 'a link that leads nowhere; expected a file'],
  ['a device that never ends', (file: string) => fs.symlinkSync('/dev/zero', file), 'no regular file; expected a file'],
] as const)
  test(`${what} in place of the file is told`, () => {
    const root = temporaryFolder();
    fs.mkdirSync(path.join(root, 'configs'));
    make(path.join(root, 'configs', 'setup.yaml'));
    const { fault } = readSettings({ ...thisHost(), env: {} }, root, 'local');
    assert.is(fault?.tail, `configs/setup.yaml:1:1: ${says}`);
  });

test.run();
