import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { byteName } from '../../tasks/common/shown-name';
import { similarNames } from '../../tasks/sync/guards/colliding-names';
import type { RelativeName } from '../../tasks/untrusted/names';
import { caseBlind } from '../support/case-blind';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { contents } from '../support/sync';
import { asked, synced } from '../support/sync-here';

const test = suite('names that fall together');

const pairs = (...names: string[]) => similarNames(names.map((name) => byteName(name) as RelativeName)).map((pair) => pair.join(' '));

test('names are similar by case or Unicode form, folders too, and a file and a folder', () => {
  assert.equal(pairs('a', 'b', 'sub/a', 'sub/b'), []);
  assert.equal(pairs('A.txt', 'a.txt'), ['A.txt a.txt']);
  assert.equal(pairs('Data/x', 'data/y'), ['Data data']);
  assert.equal(pairs('a/x', 'A'), ['a A']);
  assert.is(pairs('gr\u00f6\u00dfe', 'gro\u0308\u00dfe').length, 1);
  assert.equal(pairs('one\nline', 'ONE\nline'), []);
});

const blind = caseBlind();

/** A project that is pushed to a volume, or pulled from one into a folder that a link leads to. */
function projectWith(volume: string, more: object = {}) {
  const context = contextWith({
    remotes: { disk: { type: 'local', path: volume, ...more } },
    sync: { push: ['data'], pull: ['data'], retries: 0 },
  });
  const data = path.join(context.root, 'data');
  fs.mkdirSync(path.join(data, 'Sub'), { recursive: true });
  return { context, data };
}

test('two names that the other side takes for one are told before anything is sent', async () => {
  const found = await blind;
  if ('missing' in found) return skip({ skip: () => undefined }, 'a filesystem that is blind to case', found.missing);
  const { context, data } = projectWith(path.join(found.folder, 'project'));
  fs.writeFileSync(path.join(data, 'Train.jsonl'), 'one');
  fs.writeFileSync(path.join(data, 'train.jsonl'), 'two');
  const refused = await synced(context, 'push');
  assert.is(refused.code, 'E_NAMES_COLLIDE', refused.found);
  assert.match(refused.found, /`data\/[Tt]rain\.jsonl` and `data\/[Tt]rain\.jsonl`/);
  assert.equal(contents(path.join(found.folder, 'project/data')), {});
  // The same contents: one file there could pass for both.
  fs.writeFileSync(path.join(data, 'train.jsonl'), 'one');
  fs.mkdirSync(path.join(found.folder, 'project/data'), { recursive: true });
  for (const name of ['Train.jsonl']) fs.copyFileSync(path.join(data, name), path.join(found.folder, 'project/data', name));
  const verified = await synced(asked(context, { verify: '' }), 'push');
  assert.is(verified.code, 'E_NAMES_COLLIDE', verified.found);
  fs.rmSync(path.join(data, 'train.jsonl'));
  assert.is((await synced(asked(context, {}, true), 'push')).state, 'done');
});

test('so are two that would fall together here', async () => {
  const found = await blind;
  if ('missing' in found) return;
  const volume = path.join(temporaryFolder('jl-volume'), 'project');
  const { context, data } = projectWith(volume);
  fs.rmSync(data, { recursive: true });
  fs.mkdirSync(path.join(found.folder, 'mac'));
  fs.symlinkSync(path.join(found.folder, 'mac'), data);
  fs.mkdirSync(path.join(volume, 'data'), { recursive: true });
  for (const name of ['A', 'a']) fs.writeFileSync(path.join(volume, 'data', name), name);
  const refused = await synced(context, 'pull');
  assert.is(refused.code, 'E_NAMES_COLLIDE', refused.found);
  assert.equal(contents(data), {});
});

test('a filesystem that tells them apart takes both, hard links of one file too', async () => {
  const { context, data } = projectWith(path.join(temporaryFolder('jl-volume'), 'project'));
  fs.writeFileSync(path.join(data, 'A'), 'one');
  fs.linkSync(path.join(data, 'A'), path.join(data, 'a'));
  const far = path.join(context.settings.setup.remotes['disk']?.path ?? '', 'data');
  for (let times = 0; times < 2; times++) {
    const pushed = await synced(context, 'push');
    assert.is(pushed.state, 'done', pushed.found);
    assert.equal(contents(far), contents(data));
    fs.rmSync(path.join(far, 'a'));
    fs.linkSync(path.join(far, 'A'), path.join(far, 'a'));
  }
  assert.equal(fs.readdirSync(far).sort(), ['A', 'Sub', 'a']);
});

test.run();
