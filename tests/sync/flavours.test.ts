import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';

const test = suite('flavours of rsync');

const fixtures = path.join(repository, 'tests/fixtures/rsync');

if (noSshd) skip(test, 'flavours of rsync', noSshd);
else
  for (const flavour of ['old', 'openrsync']) {
    test(`pushes, deletes and pulls with ${flavour} on both ends`, async () => {
      const made = await pair({ path: `${path.join(fixtures, flavour)}:/usr/local/bin:/usr/bin:/bin` });
      made.configure({}, { sync: { push: ['data/processed'], pull: ['adapters'] } });
      made.env.PATH = `${path.join(fixtures, flavour)}:${process.env.PATH}`;
      const { json, data, there, project } = made;
      for (let index = 0; index < 4; index++) data(`f${index}`, 10_000 + index);
      data('new\nline', 'x');
      const first = await json('sync:push');
      assert.is(first.exitCode, 0, first.stderr);
      assert.match(first.steps[0].found, flavour === 'old' ? /rsync 2\.6\.9 here, 2\.6\.9 there/ : /rsync openrsync here, openrsync there/);
      assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
      fs.rmSync(path.join(project, 'data/processed/f0'));
      data('f1', 'changed');
      const planned = await json('sync:push', '--delete', '--check');
      assert.equal(
        planned.steps[1].files
          .map(({ name, action, bytes }: { name: string; action: string; bytes: number }) => [action, name, bytes])
          .sort(),
        [
          ['changed', 'data/processed/f1', 7],
          ['deleted', 'data/processed/f0', 0],
        ],
      );
      const second = await json('sync:push', '--delete');
      assert.is(second.exitCode, 0, second.stderr);
      assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
      fs.mkdirSync(path.join(there, 'adapters/a'), { recursive: true });
      fs.writeFileSync(path.join(there, 'adapters/a/x.bin'), 'adapter');
      const pulled = await json('sync:pull');
      assert.is(pulled.exitCode, 0, pulled.stderr);
      assert.equal(contents(path.join(project, 'adapters')), contents(path.join(there, 'adapters')));
    });

    test(`${flavour} is given no name that the shell there would read`, async () => {
      const { project, there, sshd, env, json, configure } = await pair({
        path: `${path.join(fixtures, flavour)}:/usr/local/bin:/usr/bin:/bin`,
      });
      env.PATH = `${path.join(fixtures, flavour)}:${process.env.PATH}`;
      for (const name of ['$(touch pwned)', 'a;touch pwned', 'a b']) {
        fs.mkdirSync(path.join(project, 'data', name));
        fs.writeFileSync(path.join(project, 'data', name, 'file'), 'x');
        const { exitCode, steps } = await json('sync:push', `--only=data/${name}`);
        assert.equal([exitCode, steps[0].code], [1, 'E_RSYNC_OLD'], name);
      }
      assert.not.ok(fs.existsSync(there));
      configure({ path: `${there} with a space` });
      assert.match((await json('sync:remotes')).steps[0].found, /it has a space/);
      for (const at of [project, sshd.home, sshd.folder]) assert.not.ok(fs.existsSync(path.join(at, 'pwned')), at);
    });
  }

test.run();
