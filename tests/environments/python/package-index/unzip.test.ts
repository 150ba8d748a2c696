import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BadZip, unzip } from '../../../../tasks/environments/python/package-index/unzip';
import { temporaryFolder } from '../../../support/project';
import { python310 } from '../../../support/python';
import { zip } from '../../../support/zip';

const test = suite('the files of a wheel');
const most = 1_000_000;

/** A zip as Python's own zipfile makes it. */
function byPython(script: string): Buffer {
  const file = path.join(temporaryFolder(), 'a.zip');
  execFileSync(python310() ?? 'python3', ['-c', `import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w")\n${script}\nz.close()`, file]);
  return fs.readFileSync(file);
}

async function refused(bytes: Buffer, why: RegExp, limit = most): Promise<void> {
  const error = await unzip(bytes, limit).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, BadZip);
  assert.match((error as Error).message, why);
}

test('stored and deflated, empty, deep, with a comment behind the end, and folders left out', async () => {
  const files = await unzip(
    byPython(`
z.comment = b"PK\\x05\\x06 is no end"
z.writestr("a/b/ü.txt", "x" * 100000, zipfile.ZIP_DEFLATED)
z.writestr("stored", "as it is")
z.writestr("empty", "", zipfile.ZIP_DEFLATED)
z.writestr("folder/", "")`),
    most,
  );
  assert.equal([...files.keys()], ['a/b/ü.txt', 'stored', 'empty']);
  assert.is(files.get('a/b/ü.txt')?.toString(), 'x'.repeat(100_000));
  assert.is(files.get('stored')?.toString(), 'as it is');
  assert.is(files.get('empty')?.length, 0);
});

for (const name of ['../out', 'a/../../out', '/root', 'C:/x', 'a\\..\\b', 'a//b', './a', 'a\nb', '..'])
  test(`a name that is none below its folder: ${JSON.stringify(name)}`, () =>
    refused(zip({ fine: 'x', [name]: 'y' }), /is no name of a file below its folder/));

test('a link, a cipher, another way of packing, a name twice', async () => {
  await refused(byPython('i = zipfile.ZipInfo("link"); i.external_attr = 0o120777 << 16; z.writestr(i, "/etc/passwd")'), /link is a link/);
  await refused(byPython('z.writestr("x", "y" * 100, zipfile.ZIP_BZIP2)'), /packed in way 12/);
  await refused(byPython('import warnings; warnings.simplefilter("ignore"); z.writestr("x", "y"); z.writestr("x", "z")'), /twice/);
  const enciphered = zip({ x: 'y' });
  enciphered.writeUInt16LE(0x801, enciphered.indexOf('PK\u0001\u0002') + 8);
  await refused(enciphered, /enciphered/);
});

test('more than is listed, and more than may be', async () => {
  const bomb = byPython('z.writestr("x", "y" * 900000, zipfile.ZIP_DEFLATED)');
  await refused(bomb, /more than 500000 bytes/, 500_000);
  const liar = Buffer.from(bomb);
  liar.writeUInt32LE(10, liar.indexOf('PK\u0001\u0002') + 24);
  await refused(liar, /x/);
});

test('whatever is cut off or changed, it is refused or whole, and nothing else is thrown', async () => {
  const whole = byPython('z.writestr("a", "b" * 3000, zipfile.ZIP_DEFLATED); z.writestr("c", "d")');
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    for (const bytes of [whole.subarray(0, at), changed])
      await unzip(bytes, most).catch((error: unknown) => assert.instance(error, BadZip, `byte ${at}: ${error}`));
  }
});

test.run();
