import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { identityOf, isSameFolder, readCondaRecord, writeCondaRecord } from '../../../tasks/environments/conda/record';
import { temporaryFolder } from '../../support/project';
import { contextFor } from '../../support/transcript';

const test = suite("conda: a project's record");

test('a folder is known again, another one in its place is not', () => {
  const project = temporaryFolder();
  const context = contextFor(project);
  const [env, other] = [path.join(project, 'env'), path.join(project, 'other')];
  fs.mkdirSync(env);
  fs.mkdirSync(other);
  const identity = identityOf(context, env);
  fs.writeFileSync(path.join(env, 'file'), '');
  assert.ok(isSameFolder(context, env, identity));
  fs.renameSync(env, path.join(project, 'aside'));
  assert.not(isSameFolder(context, env, identity), 'nothing is there');
  fs.renameSync(other, env);
  assert.not(isSameFolder(context, env, identity), "another's");
  assert.not(isSameFolder(context, env, undefined), 'nothing was noted');
});

test('a record that cannot be read is none', () => {
  const project = temporaryFolder();
  const context = contextFor(project);
  assert.is(readCondaRecord(context), undefined);
  const record = { name: 'x', prefix: '/env', program: 'conda', phase: 'pip' } as const;
  writeCondaRecord(context, record);
  assert.equal(readCondaRecord(context), record);
  for (const text of ['', '{"name": "x"', 'null', '{"prefix": 1}']) {
    fs.writeFileSync(path.join(project, '.just-lora', 'conda.json'), text);
    assert.is(readCondaRecord(context), undefined, text);
  }
});

test.run();
