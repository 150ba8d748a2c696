import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';
import { machine, synced } from '../support/sync-here';
import { mountTmpfs } from '../support/tmpfs';

const test = suite('sync by scp');

/** A PATH with all that a small machine has, but no rsync. */
function pathWithoutRsync(): string {
  const folder = temporaryFolder('jl-bin');
  const tools = 'sh bash cat mkdir rm rmdir mv find sed tail head df date touch printf xargs test tr wc sha256sum stat true'.split(' ');
  for (const tool of tools) {
    const file = execFileSync('sh', ['-c', `command -v ${tool} || true`], { encoding: 'utf8' }).trim();
    fs.symlinkSync(file.startsWith('/') ? file : `/usr/bin/${tool}`, path.join(folder, tool));
  }
  return folder;
}

if (noSshd) skip(test, 'sync by scp', noSshd);
else {
  test('a machine without rsync is a failure of its own, and auto goes by scp and says so', async () => {
    const { configure, json, data, project, there } = await pair({ path: pathWithoutRsync() });
    data('train.jsonl', 100_000);
    data('sub/more data.jsonl', 'x');
    const sync = { push: ['data/processed'], pull: ['adapters'] };
    configure({}, { sync });
    assert.equal([(await json('sync:push')).steps[0].code], ['E_RSYNC_MISSING_THERE']);
    configure({ transfer: 'auto' }, { sync });
    const first = await json('sync:push', '--verify');
    assert.is(first.exitCode, 0, first.stderr);
    assert.match(first.steps[0].found, /scp, since it has no rsync/);
    assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
    assert.is((await json('sync:push')).outcome, 'unchanged');
    data('train.jsonl', 'changed');
    fs.rmSync(path.join(project, 'data/processed/sub/more data.jsonl'));
    data('third', '3');
    const second = await json('sync:push', '--delete');
    assert.equal(
      [second.exitCode, contents(path.join(there, 'data/processed'))],
      [0, contents(path.join(project, 'data/processed'))],
      second.stderr,
    );
    fs.mkdirSync(path.join(there, 'adapters/run'), { recursive: true });
    fs.writeFileSync(path.join(there, 'adapters/run/a.bin'), 'adapter');
    const pulled = await json('sync:pull');
    assert.is(pulled.exitCode, 0, pulled.stderr);
    assert.is(fs.readFileSync(path.join(project, 'adapters/run/a.bin'), 'utf8'), 'adapter');
  });

  const small = temporaryFolder('jl-small');
  const noMount = mountTmpfs(small, 'size=3m');
  if (noMount) skip(test, 'a disk that fills up', noMount);
  else
    test('a disk that fills up on the way is told as that', async () => {
      const remote = await machine();
      const looked = path.join(remote.bin, 'looked');
      // There was room when it was looked at.
      remote.program('df', `[ -e ${looked} ] && exec /bin/df "$@"; touch ${looked}; echo; echo "tmpfs 9000000 0 9000000 1% /"`);
      const context = remote.project({ transfer: 'scp', path: path.join(small, 'project') });
      fs.mkdirSync(path.join(context.root, 'data'));
      fs.writeFileSync(path.join(context.root, 'data/big'), Buffer.alloc(5_000_000, 'x'));
      const { code, found } = await synced(context, 'push');
      assert.is(code, 'E_REMOTE_FULL', found);
      remote.program('df');
      fs.writeFileSync(path.join(context.root, 'data/big'), Buffer.alloc(1_000_000, 'x'));
      const again = await synced(context, 'push');
      assert.is(again.state, 'done', again.found);
    });

  test('a date that scp does not carry is refused before anything is sent', async () => {
    const { configure, json, data, there, project } = await pair();
    configure({ transfer: 'scp' }, { sync: { push: ['data/processed'] } });
    data('of old', 'x');
    // Node's utimes takes what is below 0 for now.
    execFileSync('touch', ['-d', '1960-01-01', path.join(project, 'data/processed/of old')]);
    const { exitCode, steps } = await json('sync:push');
    assert.equal([exitCode, steps[1].code], [1, 'E_FILE_TIME'], JSON.stringify(steps[1]));
    assert.match(steps[1].fix, /^`touch 'data\/processed\/of old'`/);
    assert.not.ok(fs.existsSync(there));
  });

  test('hostile names are refused by name before anything is sent', async () => {
    const { configure, json, data, there, sshd, project } = await pair();
    configure({ transfer: 'scp' }, { sync: { push: ['data/processed'] } });
    data('fine', 'x');
    for (const name of ['$(touch pwned)', '-rf', 'new\nline']) {
      data(name, 'x');
      const { exitCode, steps } = await json('sync:push');
      assert.equal([exitCode, steps[1].code], [1, 'E_NAME']);
      assert.ok(steps[1].found.includes(name === 'new\nline' ? 'new\\nline' : name));
      fs.rmSync(path.join(project, 'data/processed', name));
    }
    assert.not.ok(fs.existsSync(there));
    for (const at of [project, sshd.home, sshd.folder]) assert.not.ok(fs.existsSync(path.join(at, 'pwned')), at);
  });
}

test.run();
