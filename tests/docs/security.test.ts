import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';

const test = suite('docs/SECURITY.md');
const text = fs.readFileSync(path.join(repository, 'docs/SECURITY.md'), 'utf8');

test('names files and tests that are there', () => {
  const named = [...text.matchAll(/`((?:tasks|tests)\/[\w./-]+)`/g)].map(([, file]) => file as string);
  assert.ok(named.length > 20);
  assert.equal(
    named.filter((file) => !fs.existsSync(path.join(repository, file))),
    [],
  );
});

test('has a test for every promise', () => {
  const promises = (text.split('## What each boundary promises')[1] ?? '').split('\n').filter((line) => /^\| (?!promise|---)/.test(line));
  assert.ok(promises.length > 10);
  for (const line of promises) assert.match(line, /`tests\/[\w./-]+\.test\.ts`/, line);
});

test('README says that a checkout is code', () => {
  assert.match(fs.readFileSync(path.join(repository, 'README.md'), 'utf8'), /A checkout is code/);
});

test.run();
