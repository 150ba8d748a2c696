import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';
import { asked, type Ending, machine, synced } from '../support/sync-here';

const test = suite('what was changed on the GPU machine');

const age = (file: string, seconds: number) => {
  const time = new Date(Date.now() - seconds * 1000);
  fs.utimesSync(file, time, time);
};
const write = (file: string, text: string, seconds = 0) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  age(file, seconds);
};

const notes = ({ data }: Ending): string[] =>
  (data?.files ?? []).flatMap(({ name, note }: { name: string; note?: string }) => (note ? [`${name}: ${note}`] : []));

if (noSshd) skip(test, 'what was changed on the GPU machine', noSshd);
else {
  test('a push does not replace what is newer there, or was changed there since it was pushed, unseen', async () => {
    const { project, there } = await machine();
    for (const remote of [
      {},
      { transfer: 'scp' },
      { type: 'local', host: null, path: path.join(temporaryFolder('jl-volume'), 'project') },
    ]) {
      const context = project(remote, { sync: { push: ['scripts'], retries: 0 } });
      const here = path.join(context.root, 'scripts/train.py');
      const far = path.join('path' in remote ? remote.path : there, 'scripts/train.py');
      fs.rmSync(path.dirname(far), { recursive: true, force: true });
      write(here, 'as it was pushed', 1000);
      assert.is((await synced(context, 'push')).state, 'done');
      write(far, 'edited there, and longer');
      write(path.join(path.dirname(far), 'own.py'), 'only there');
      write(here, 'edited here before that', 500);
      const refused = await synced(context, 'push');
      assert.equal([refused.code, notes(refused)], ['E_REMOTE_CHANGES', ['scripts/train.py: newer there']], refused.found);
      assert.match(refused.found, /scripts\/train\.py \(newer there\)/);
      assert.match(refused.fix ?? '', /sync:push --plan.*sync:pull --only=scripts/s);
      assert.is(fs.readFileSync(far, 'utf8'), 'edited there, and longer');
      assert.is((await synced(asked(context, {}, true), 'push')).state, 'done');
      assert.is(fs.readFileSync(far, 'utf8'), 'edited here before that');
      // Older than the one here, and still not what was pushed.
      write(far, 'edited there once more', 300);
      write(here, 'edited here after that');
      const changed = await synced(context, 'push');
      assert.equal([changed.code, notes(changed)], ['E_REMOTE_CHANGES', ['scripts/train.py: changed there since it was pushed']]);
      // So is one that would be deleted.
      fs.renameSync(here, path.join(path.dirname(here), 'other.py'));
      const deleting = asked(context, { delete: '', 'max-delete': '5' });
      const deleted = await synced(deleting, 'push');
      assert.equal([deleted.code, notes(deleted)], ['E_REMOTE_CHANGES', ['scripts/train.py: changed there since it was pushed']]);
      assert.is(fs.readFileSync(far, 'utf8'), 'edited there once more');
      assert.is((await synced(asked(context, { delete: '', 'max-delete': '5' }, true), 'push')).state, 'done');
      assert.equal(Object.keys(contents(path.dirname(far))), ['other.py']);
      write(path.join(path.dirname(here), 'other.py'), 'only here this time, as every day');
      assert.is((await synced(context, 'push')).state, 'done');
    }
  });

  test('the plan says "newer there", and carries it out once it was seen', async () => {
    const { project, there, env, configure } = await pair();
    configure({}, { sync: { push: ['scripts'] } });
    const [here, far] = [path.join(project, 'scripts/train.py'), path.join(there, 'scripts/train.py')];
    write(far, 'edited there, and longer');
    write(here, 'written here before', 500);
    const before = contents(there);
    assert.is((await runJust(project, ['sync:push', '--check', '--json'], env)).exitCode, 1);
    const { stdout } = await runJust(project, ['sync:push', '--plan'], env);
    assert.match(stdout, /changed +19 B +scripts\/train\.py \(newer there\)/);
    assert.equal(contents(there), before);
    const plan = /^(\.just-lora\/plans\/\S+)$/m.exec(stdout)?.[1] ?? '';
    assert.is((await runJust(project, ['sync:push', `--plan=${plan}`], env)).exitCode, 0);
    assert.is(fs.readFileSync(far, 'utf8'), 'written here before');
  });
}

test.run();
