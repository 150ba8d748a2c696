import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../tasks/common/errors';
import { PartialFile, partialName, readPartial } from '../../tasks/hub/partials/partial';
import { leftoversIn, removeLeftovers } from '../../tasks/hub/partials/partials';
import { writeBlockHashes } from '../../tasks/hub/store/block-hashes';
import { backUpUserFile, installFile, makeCache, quarantine, writeVerified } from '../../tasks/hub/store/deliver';
import { incompleteOf, lookAtFile } from '../../tasks/hub/store/local';
import { readMetadata, writeMetadata } from '../../tasks/hub/store/metadata';
import { readModelRecord, writeModelRecord } from '../../tasks/hub/store/model-record';
import { recordedTree } from '../../tasks/hub/store/recorded-tree';
import { removeStaleFiles } from '../../tasks/hub/store/remove-stale-files';
import { keepGoodPrefix, resumeFromIncomplete } from '../../tasks/hub/store/reuse';
import { stampedHash, writeStamp } from '../../tasks/hub/store/stamps';
import { readTree, writeTree } from '../../tasks/hub/store/tree';
import { Digests } from '../../tasks/hub/transfer/digest';
import { thisHost } from '../../tasks/platform';
import { fileFingerprint } from '../../tasks/platform/hashing';
import type { Commit } from '../../tasks/untrusted/hashes';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noise } from './model';
import { blobOf } from './repositories';

/** A models folder that somebody else may write into: links that he has put there, and files that are his. */
const test = suite('a models folder with files of others');
const commit = '0123456789abcdef0123456789abcdef01234567' as Commit;
const isRoot = process.getuid?.() === 0;
const other = 61_001;
const host = thisHost();

const content = noise(9_000_000, 7);
const { sha256 } = blobOf('a/b.safetensors', content);
const file = { path: 'a/b.safetensors', size: content.length, sha256 };
const rows = [{ type: 'file' as const, path: file.path, size: 134, oid: commit, lfs: { oid: sha256, size: file.size } }];
const record = { repo: 'org/tiny', revision: 'main', commit, files: [file.path] };

function place() {
  const top = temporaryFolder();
  const [folder, root, elsewhere] = ['model', 'project', 'elsewhere'].map((name) => path.join(top, name)) as [string, string, string];
  for (const each of [folder, root, elsewhere]) fs.mkdirSync(each);
  const at = (...parts: string[]) => path.join(folder, ...parts);
  const put = (name: string, bytes: string | Buffer = content) => {
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(name), bytes, { mode: 0o644 });
    fs.chmodSync(at(name), 0o644);
    return at(name);
  };
  return { here: { host, root }, folder, root, elsewhere, at, put };
}

const stampFor = (absolute: string) => fileFingerprint(fs.statSync(absolute, { bigint: true }));

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.fault.code;
    throw error;
  }
  return 'none';
}

async function fetched({ folder }: ReturnType<typeof place>, bytes = content): Promise<PartialFile> {
  const partial = new PartialFile(host, folder, file);
  partial.put(bytes, 0);
  partial.note(0, bytes.length);
  await partial.close();
  return partial;
}

/** Everything that writes into a models folder, each with the folders that it writes below. */
const writers: [string, readonly string[], (at: ReturnType<typeof place>) => unknown][] = [
  ['the record', ['.cache', '.cache/just-lora'], ({ folder }) => writeModelRecord(host, folder, record)],
  ['the tree', ['.cache', '.cache/huggingface', '.cache/huggingface/trees'], ({ here, folder }) => writeTree(here, folder, commit, rows)],
  [
    'metadata',
    ['.cache', '.cache/huggingface', '.cache/huggingface/download', '.cache/huggingface/download/a'],
    ({ folder }) => writeMetadata(host, folder, file.path, { commit, etag: sha256, time: 1 }),
  ],
  [
    'a stamp',
    ['.cache', '.cache/just-lora', '.cache/just-lora/stamps', '.cache/just-lora/stamps/a'],
    ({ here, folder, elsewhere }) => writeStamp(here, folder, file.path, stampFor(elsewhere), sha256),
  ],
  [
    'marks',
    ['.cache/just-lora/marks', '.cache/just-lora/marks/a'],
    ({ here, folder }) => writeBlockHashes(here, folder, file, ['0123456789abcdef']),
  ],
  ['the cache', ['.cache', '.cache/huggingface', '.cache/just-lora'], ({ folder }) => makeCache(host, folder)],
  ['a partial file', ['.cache', '.cache/huggingface', '.cache/huggingface/download'], ({ folder }) => new PartialFile(host, folder, file)],
  ['a look at a file', ['a'], ({ here, folder }) => lookAtFile(here, folder, commit, file)],
  ['what is adopted', ['a'], ({ here, folder }) => resumeFromIncomplete(here, folder, file)],
  [
    'what is kept of an old file',
    ['.cache/just-lora/replaced', '.cache/just-lora/replaced/a'],
    ({ here, folder, put }) => {
      put(file.path, 'mine');
      backUpUserFile(here, folder, file);
    },
  ],
  [
    'what is set aside',
    ['.cache/just-lora/wrong', '.cache/just-lora/wrong/a'],
    ({ folder, put }) => {
      put('.cache/huggingface/download/x.partial');
      quarantine(host, folder, file, '.cache/huggingface/download/x.partial', 'ab');
    },
  ],
];
for (const [name, parents, write] of writers)
  test(`${name}: a link in the place of a folder is refused, and nothing is written where it leads`, () => {
    for (const parent of parents) {
      const it = place();
      fs.mkdirSync(path.dirname(it.at(parent)), { recursive: true });
      fs.symlinkSync(it.elsewhere, it.at(parent));
      assert.is(
        codeOf(() => write(it)),
        'E_UNSAFE_PATH',
        parent,
      );
      assert.equal(fs.readdirSync(it.elsewhere), [], parent);
    }
  });

test('a file gets its name in no folder that a link leads to', async () => {
  const it = place();
  const partial = await fetched(it);
  fs.symlinkSync(it.elsewhere, it.at('a'));
  assert.is(
    codeOf(() => installFile(it.here, it.folder, commit, file, partial, [])),
    'E_UNSAFE_PATH',
  );
  assert.equal(fs.readdirSync(it.elsewhere), []);
});

test('a link under the name of a file is replaced, and what it leads to stays', async () => {
  const names: [string, (it: ReturnType<typeof place>) => unknown][] = [
    ['.cache/just-lora/model.json', ({ folder }) => writeModelRecord(host, folder, record)],
    [
      `.cache/huggingface/download/${file.path}.metadata`,
      ({ folder }) => writeMetadata(host, folder, file.path, { commit, etag: sha256, time: 1 }),
    ],
    [partialName(file), (it) => fetched(it)],
    [`${partialName(file)}.ranges`, (it) => fetched(it)],
    [`${partialName(file)}.ranges.tmp-${process.pid}`, (it) => fetched(it)],
    [file.path, async (it) => installFile(it.here, it.folder, commit, file, await fetched(it), [])],
  ];
  for (const [name, write] of names) {
    const it = place();
    const marker = path.join(it.elsewhere, 'marker');
    fs.writeFileSync(marker, 'marker');
    fs.mkdirSync(path.dirname(it.at(name)), { recursive: true });
    fs.symlinkSync(marker, it.at(name));
    await write(it);
    assert.is(fs.readFileSync(marker, 'utf8'), 'marker', name);
    assert.not(fs.lstatSync(it.at(name), { throwIfNoEntry: false })?.isSymbolicLink(), name);
  }
});

test('what this user keeps goes into the project where a link or another has its name', () => {
  const it = place();
  const model = it.put(file.path);
  const marker = path.join(it.elsewhere, 'marker');
  fs.writeFileSync(marker, 'marker');
  fs.mkdirSync(it.at('.cache/just-lora/stamps/a'), { recursive: true });
  fs.symlinkSync(marker, it.at(`.cache/just-lora/stamps/${file.path}.json`));
  if (isRoot) fs.lchownSync(it.at(`.cache/just-lora/stamps/${file.path}.json`), other, other);
  writeVerified(it.here, it.folder, commit, file, stampFor(model));
  assert.is(fs.readFileSync(marker, 'utf8'), 'marker');
  assert.is(stampedHash(it.here, it.folder, file.path), sha256);
});

test('nothing is removed where a link leads', () => {
  const it = place();
  fs.writeFileSync(path.join(it.elsewhere, 'x.partial'), 'marker');
  fs.writeFileSync(path.join(it.elsewhere, 'letter'), 'marker');
  for (const name of ['.cache/just-lora/wrong', '.cache/huggingface/download', '.cache/just-lora', '.cache']) {
    fs.rmSync(it.at('.cache'), { recursive: true, force: true });
    fs.mkdirSync(path.dirname(it.at(name)), { recursive: true });
    fs.symlinkSync(it.elsewhere, it.at(name));
    assert.is(
      codeOf(() => leftoversIn(host, it.folder)),
      'E_UNSAFE_PATH',
      name,
    );
  }
  fs.rmSync(it.at('.cache'));
  fs.mkdirSync(it.at('.cache/just-lora/wrong'), { recursive: true });
  fs.symlinkSync(it.elsewhere, it.at('.cache/just-lora/wrong/below'));
  const leftovers = leftoversIn(host, it.folder);
  assert.equal(
    leftovers.map(({ name }) => name),
    ['.cache/just-lora/wrong/below'],
  );
  removeLeftovers(host, it.folder, leftovers);
  assert.equal(fs.readdirSync(it.at('.cache/just-lora/wrong')), []);
  // A folder that became a link after it was looked through.
  it.put('.cache/just-lora/wrong/sub/letter', 'x');
  const seen = leftoversIn(host, it.folder);
  fs.rmSync(it.at('.cache/just-lora/wrong/sub'), { recursive: true });
  fs.symlinkSync(it.elsewhere, it.at('.cache/just-lora/wrong/sub'));
  assert.is(
    codeOf(() => removeLeftovers(host, it.folder, seen)),
    'E_UNSAFE_PATH',
  );
  assert.equal(fs.readdirSync(it.elsewhere).sort(), ['letter', 'x.partial']);
});

test('what another commit had is not removed where a link leads', () => {
  const it = place();
  const theirs = path.join(it.elsewhere, 'b.safetensors');
  fs.writeFileSync(theirs, content);
  writeMetadata(host, it.folder, file.path, { commit, etag: sha256, time: Date.now() / 1000 });
  writeStamp(it.here, it.folder, file.path, stampFor(theirs), sha256);
  fs.symlinkSync(it.elsewhere, it.at('a'));
  assert.is(
    codeOf(() => removeStaleFiles(it.here, it.folder, 'f'.repeat(40), [])),
    'E_UNSAFE_PATH',
  );
  assert.ok(fs.existsSync(theirs));
});

/** What makes a file one that another user can have written. */
const foreign: [string, (name: string) => void][] = [
  ['which others may write', (name) => fs.chmodSync(name, 0o646)],
  ...(isRoot ? ([["another user's", (name) => fs.chownSync(name, other, other)]] as [string, (name: string) => void][]) : []),
];
if (!isRoot) skip(test, "another user's files", 'they need root');

for (const [name, change] of foreign) {
  test(`a stamp ${name} vouches for nothing`, () => {
    const it = place();
    const stamp = stampFor(it.put(file.path));
    writeVerified(it.here, it.folder, commit, file, stamp);
    assert.is(lookAtFile(it.here, it.folder, commit, file).state, 'ok');
    change(it.at(`.cache/just-lora/stamps/${file.path}.json`));
    assert.is(stampedHash(it.here, it.folder, file.path), undefined);
    assert.is(lookAtFile(it.here, it.folder, commit, file).state, 'unchecked');
    // And ours beside it does.
    writeVerified(it.here, it.folder, commit, file, stamp);
    assert.is(lookAtFile(it.here, it.folder, commit, file).state, 'ok');
  });

  test(`a record, a list and metadata ${name} are told as such, and the list counts for nothing where the Hub can be asked`, () => {
    for (const changed of ['.cache/just-lora/model.json', `.cache/huggingface/trees/${commit}.json`]) {
      const it = place();
      writeModelRecord(host, it.folder, record);
      writeTree(it.here, it.folder, commit, rows);
      const choice = { include: [], exclude: [] };
      assert.is(recordedTree(it.here, it.folder, choice)?.isForeign, false);
      change(it.at(changed));
      assert.is(recordedTree(it.here, it.folder, choice)?.isForeign, true);
      assert.is(readTree(it.here, it.folder, commit) === undefined, changed.includes('trees'));
      assert.equal(readTree(it.here, it.folder, commit, 'anyone')?.length, 1);
      assert.is(readModelRecord(host, it.folder)?.isForeign, changed.includes('model.json'));
      // Ours lies in the project then, and theirs stays.
      writeTree(it.here, it.folder, commit, rows);
      assert.is(readTree(it.here, it.folder, commit)?.length, 1);
    }
    const it = place();
    writeMetadata(host, it.folder, file.path, { commit, etag: sha256, time: 1 });
    change(it.at(`.cache/huggingface/download/${file.path}.metadata`));
    assert.is(readMetadata(host, it.folder, file.path)?.isForeign, true);
    assert.is(recordedTree(it.here, it.folder, { include: [], exclude: [] })?.isForeign, true);
  });

  test(`a partial file, or a journal, ${name} counts for nothing, and is not written into`, async () => {
    for (const part of ['', '.ranges']) {
      const it = place();
      await fetched(it, content.subarray(0, 5_000_000));
      assert.is(readPartial(host, it.folder, file)?.ranges.total, 5_000_000);
      const theirs = it.at(partialName(file) + part);
      const { ino } = fs.statSync(theirs);
      change(theirs);
      const open = fs.openSync(it.at(partialName(file)), 'r+');
      const partial = new PartialFile(host, it.folder, file);
      // Others may write into a journal, but that it is ours: it was so for a moment, or the disk knows no modes.
      if (part === '' || name.includes('user')) assert.is(partial.ranges.total, 0, part);
      if (part === '') assert.is.not(Number(partial.stat.ino), ino);
      partial.put(content, 0);
      partial.note(0, content.length);
      await partial.close();
      // Who holds the old file open reaches nothing of what came.
      if (partial.ranges.total === content.length && part === '') fs.writeSync(open, 'other bytes', 100);
      fs.closeSync(open);
      installFile(it.here, it.folder, commit, file, partial, []);
      assert.ok(fs.readFileSync(it.at(file.path)).equals(content));
    }
  });

  test(`an interrupted download of hf ${name}, and a truncated file, are not gone on with`, () => {
    const it = place();
    const incomplete = it.put(`.cache/huggingface/download/a/${hfName()}.${sha256}.incomplete`, content.subarray(0, 8_500_000));
    assert.is(incompleteOf(host, it.folder, file)?.size, 8_500_000);
    change(incomplete);
    assert.is(incompleteOf(host, it.folder, file), undefined);
    change(it.put(file.path, content.subarray(0, 8_500_000)));
    resumeFromIncomplete(it.here, it.folder, file);
    assert.not(fs.existsSync(it.at(partialName(file))));
    fs.rmSync(it.at(file.path));
    it.put(file.path, content.subarray(0, 8_500_000));
    resumeFromIncomplete(it.here, it.folder, file);
    assert.is(readPartial(host, it.folder, file)?.ranges.total, 8_500_000, 'one of ours is');
  });

  test(`a damaged file ${name} is not mended in its place`, () => {
    const it = place();
    const marks = ['0123456789abcdef'];
    const large = { ...file, size: 17_000_000 };
    const model = it.put(file.path, Buffer.alloc(large.size));
    writeBlockHashes(it.here, it.folder, large, marks);
    change(model);
    keepGoodPrefix(it.here, it.folder, large, ['fedcba9876543210']);
    assert.not(fs.existsSync(it.at(partialName(large))));
  });

  test(`metadata ${name} does not let a person's file be thrown away`, () => {
    const it = place();
    it.put(file.path, 'mine');
    writeMetadata(host, it.folder, file.path, { commit, etag: sha256, time: Date.now() / 1000 + 100 });
    change(it.at(`.cache/huggingface/download/${file.path}.metadata`));
    backUpUserFile(it.here, it.folder, file);
    assert.is(fs.readdirSync(it.at('.cache/just-lora/replaced/a')).length, 1);
  });
}

const hfName = () =>
  (require('node:crypto') as typeof import('node:crypto'))
    .createHash('sha1')
    .update('b.safetensors.metadata')
    .digest('base64')
    .replace(/\+/g, '-')
    .replace(/\//g, '_');

test('a partial file with a second name, or a pipe in its place, counts for nothing', async () => {
  const it = place();
  await fetched(it, content.subarray(0, 5_000_000));
  fs.linkSync(it.at(partialName(file)), path.join(it.elsewhere, 'too'));
  assert.is(readPartial(host, it.folder, file), undefined);
  const partial = await fetched(it);
  assert.is(partial.ranges.total, content.length);
  assert.ok(fs.readFileSync(path.join(it.elsewhere, 'too')).equals(content.subarray(0, 5_000_000)));
  fs.rmSync(it.at(partialName(file)));
  require('node:child_process').execFileSync('mkfifo', [it.at(partialName(file))]);
  fs.rmSync(it.at('.cache/just-lora'), { recursive: true, force: true });
  fs.mkdirSync(it.at('.cache/just-lora'));
  require('node:child_process').execFileSync('mkfifo', [it.at('.cache/just-lora/model.json')]);
  assert.is(readModelRecord(host, it.folder), undefined);
  assert.is((await fetched(it)).ranges.total, content.length);
});

test('a file that is put in the place of the one that is hashed gets no name', async () => {
  const it = place();
  const partial = await fetched(it);
  fs.rmSync(it.at(partialName(file)));
  it.put(partialName(file), Buffer.alloc(content.length));
  assert.is(
    codeOf(() => installFile(it.here, it.folder, commit, file, partial, [])),
    'E_MODEL_REPLACED',
  );
  assert.not(fs.existsSync(it.at(file.path)));
  assert.is(stampedHash(it.here, it.folder, file.path), undefined);
});

test('bytes that were written after the last of ours get no name', async () => {
  const it = place();
  const partial = await fetched(it);
  const handle = fs.openSync(it.at(partialName(file)), 'r+');
  fs.writeSync(handle, 'other bytes', 100);
  fs.closeSync(handle);
  assert.is(
    codeOf(() => installFile(it.here, it.folder, commit, file, partial, [])),
    'E_MODEL_REPLACED',
  );
});

test('what is hashed while it grows is the file that is written', async () => {
  const it = place();
  const partial = new PartialFile(host, it.folder, file);
  const digests = new Digests(1);
  fs.renameSync(it.at(partialName(file)), path.join(it.elsewhere, 'ours'));
  it.put(partialName(file));
  const digest = digests.open(partial.path, partial.stat, 'sha256', file.size);
  digest.advance(file.size);
  let said = '';
  await digest.whole.catch((error: Error) => {
    said = error.message;
  });
  await digests.close();
  await partial.close();
  assert.match(said, /another file has taken the place/);
});

test.run();
