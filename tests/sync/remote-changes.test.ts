import { execSync } from 'node:child_process';
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
      assert.match(
        refused.fix ?? '',
        /sync:push --plan.*to keep both: `mv .*train\.py\.kept && npx just sync:pull --only=scripts\/train\.py` moves yours aside/s,
      );
      assert.is(fs.readFileSync(far, 'utf8'), 'edited there, and longer');
      assert.is((await synced(asked(context, {}, true), 'push')).state, 'done');
      assert.is(fs.readFileSync(far, 'utf8'), 'edited here before that');
      // Older than the one here, and still not what was pushed.
      write(far, 'edited there once more', 300);
      write(here, 'edited here after that');
      const changed = await synced(context, 'push');
      assert.equal([changed.code, notes(changed)], ['E_REMOTE_CHANGES', ['scripts/train.py: changed there since it was synced']]);
      // So is one that would be deleted.
      fs.renameSync(here, path.join(path.dirname(here), 'other.py'));
      const deleting = asked(context, { delete: '', 'max-delete': '5' });
      const deleted = await synced(deleting, 'push');
      assert.equal(
        [deleted.code, notes(deleted).sort()],
        ['E_REMOTE_CHANGES', ['scripts/own.py: never synced with `gpu`', 'scripts/train.py: changed there since it was synced']],
      );
      assert.is(fs.readFileSync(far, 'utf8'), 'edited there once more');
      assert.is((await synced(asked(context, { delete: '', 'max-delete': '5' }, true), 'push')).state, 'done');
      assert.equal(Object.keys(contents(path.dirname(far))), ['other.py']);
      write(path.join(path.dirname(here), 'other.py'), 'only here this time, as every day');
      assert.is((await synced(context, 'push')).state, 'done');
    }
  });

  test('what was pushed or pulled is known whichever folder a command names, and by the records of earlier versions too', async () => {
    const { project, there } = await machine();
    const context = project({}, { sync: { push: ['data/processed'], pull: ['adapters'], retries: 0 } });
    const [near, far] = [context.root, there].map((root) => path.join(root, 'data/processed/sub/a.jsonl')) as [string, string];
    const records = path.join(context.root, '.just-lora/sync');
    const kept = () => fs.readdirSync(records).filter((name) => /^(?:synced|pushed|pulled)/.test(name));
    const edited = async (only: string) => {
      const file = await synced(asked(context, { only }), 'push');
      assert.equal([file.code, notes(file)], ['E_REMOTE_CHANGES', ['data/processed/sub/a.jsonl: changed there since it was synced']], only);
    };
    const spellings = ['data/processed/sub', 'data/processed/sub/a.jsonl', 'data/processed', 'data'];
    write(near, 'as it was pushed', 1000);
    assert.is((await synced(context, 'push')).state, 'done');
    write(far, 'edited there, of an older time', 2000);
    write(near, 'edited here', 500);
    for (const only of spellings) await edited(only);
    // As earlier versions kept it: of a push what it looked like there, at last for all folders and before that for each of them.
    const [name = ''] = kept();
    const [file, older] = [name, name.replace('.json', `-${encodeURIComponent('data/processed')}.json`)].map((each) =>
      path.join(records, each.replace('synced-', 'pushed-')),
    ) as [string, string];
    fs.renameSync(path.join(records, name), file);
    for (const only of spellings) await edited(only);
    const stamp = JSON.parse(fs.readFileSync(file, 'utf8'))['data/processed/sub/a.jsonl'];
    fs.rmSync(file);
    fs.writeFileSync(older, JSON.stringify({ 'sub/a.jsonl': stamp }));
    for (const only of spellings) await edited(only);
    assert.is((await synced(asked(context, { only: 'data/processed/sub' }, true), 'push')).state, 'done');
    assert.equal(kept(), [name]);
    for (const each of ['b', 'c', 'd']) write(path.join(path.dirname(near), `${each}.jsonl`), each, 100);
    assert.is((await synced(context, 'push')).state, 'done');
    fs.rmSync(near);
    const deleted = await synced(asked(context, { only: 'data/processed/sub', delete: '' }), 'push');
    assert.is(deleted.state, 'done', deleted.found);
    assert.not.ok(fs.existsSync(far));
    // So of a pull; and what was fetched is no longer held against what was pushed.
    const adapter = path.join(context.root, 'adapters/first/notes.txt');
    write(path.join(there, 'adapters/first/notes.txt'), 'from there', 100);
    assert.is((await synced(context, 'pull')).state, 'done');
    write(adapter, 'edited here, of an older time', 2000);
    for (const only of ['adapters/first', 'adapters', 'adapters/first/notes.txt']) {
      const refused = await synced(asked(context, { only }), 'pull');
      assert.equal(
        [refused.code, notes(refused)],
        ['E_LOCAL_CHANGES', ['adapters/first/notes.txt: changed here since it was synced']],
        only,
      );
    }
    const b = path.join(path.dirname(near), 'b.jsonl');
    write(path.join(path.dirname(far), 'b.jsonl'), 'edited there');
    assert.is((await synced(asked(context, { only: 'data/processed' }), 'pull')).state, 'done');
    write(b, 'edited here after it was fetched');
    assert.is((await synced(context, 'push')).state, 'done');
  });

  test('what was never the same on both sides is not deleted unseen: an adapter made here, one of another machine, rows made there', async () => {
    const { project, there, env, configure } = await pair();
    const other = path.join(temporaryFolder('jl-volume'), 'project');
    const gpu = JSON.parse(fs.readFileSync(path.join(project, 'configs/setup.local.yaml'), 'utf8')).remotes.gpu;
    configure({}, { default_remote: 'gpu', remotes: { gpu, disk: { type: 'local', path: other } } });
    const run = (...args: string[]) => runJust(project, args, env);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) write(path.join(there, 'adapters/first', `${name}.txt`), name, 100);
    for (const name of ['g', 'h']) write(path.join(other, 'adapters/second', `${name}.txt`), name, 100);
    assert.is((await run('sync:pull')).exitCode, 0);
    assert.is((await run('sync:pull', '--remote=disk')).exitCode, 0);
    write(path.join(project, 'adapters/mine/NOTES.md'), 'notes');
    fs.rmSync(path.join(there, 'adapters/first/a.txt'));
    const here = contents(path.join(project, 'adapters'));
    const refused = await run('sync:pull', '--delete', '--only=adapters', '--set', 'sync.retries=0');
    assert.is(refused.exitCode, 1, refused.stdout);
    assert.match(refused.stderr, 'E_LOCAL_CHANGES', refused.stderr);
    assert.match(refused.stderr, 'adapters/mine/NOTES.md (never synced with `gpu`)');
    assert.match(refused.stderr, 'adapters/second/');
    assert.not.match(refused.stderr, 'first/a.txt (never');
    assert.match(refused.stderr, '`npx just sync:pull --delete --only=adapters --set sync.retries=0 --force`');
    assert.equal(contents(path.join(project, 'adapters')), here);
    // A number says how many, and not which.
    const counted = await run('sync:pull', '--delete', '--only=adapters', '--max-delete=4');
    assert.match(counted.stderr, 'E_LOCAL_CHANGES', counted.stderr);
    const { stdout } = await run('sync:pull', '--delete', '--only=adapters', '--plan');
    const plan = /^(\.just-lora\/plans\/\S+)$/m.exec(stdout)?.[1] ?? '';
    assert.is((await run('sync:pull', `--plan=${plan}`)).exitCode, 0);
    assert.equal(
      Object.keys(contents(path.join(project, 'adapters'))),
      ['b', 'c', 'd', 'e', 'f'].map((name) => `first/${name}.txt`),
    );
    // What was pushed from here, and is gone here, is known; what was made there is not.
    write(path.join(project, 'data/processed/a.jsonl'), '{}', 100);
    for (const name of ['b', 'c', 'd']) write(path.join(project, 'data/processed', `${name}.jsonl`), '{}', 100);
    assert.is((await run('sync:push', '--only=data/processed')).exitCode, 0);
    fs.rmSync(path.join(project, 'data/processed/a.jsonl'));
    assert.is((await run('sync:push', '--only=data/processed', '--delete')).exitCode, 0);
    write(path.join(there, 'data/processed/made-there.jsonl'), '{}', 100);
    const pushed = await run('sync:push', '--only=data/processed', '--delete');
    assert.match(pushed.stderr, 'data/processed/made-there.jsonl (never synced with `gpu`)');
    assert.match(pushed.stderr, '`npx just sync:pull --only=data/processed/made-there.jsonl` fetches them');
    assert.ok(fs.existsSync(path.join(there, 'data/processed/made-there.jsonl')));
  });

  test('where both sides changed a file, the cure keeps both', async () => {
    const { project, there, env, configure } = await pair();
    configure({}, { sync: { push: ['scripts'] } });
    const [here, far] = [path.join(project, 'scripts'), path.join(there, 'scripts')];
    const cured = (command: string) =>
      runJust(
        project,
        command
          .replace(/^npx just /, '')
          .replaceAll("'", '')
          .split(' '),
        env,
      );
    const cureIn = (text: string) => / to keep both: `(.*? && )(npx just [^`]*)`/.exec(text.replace(/\s+/g, ' ')) ?? [];
    write(path.join(here, 'a b.py'), 'as it was', 1000);
    assert.is((await runJust(project, ['sync:push'], env)).exitCode, 0);
    assert.is((await runJust(project, ['sync:pull', '--only=scripts'], env)).exitCode, 0);
    write(path.join(far, 'a b.py'), 'edited there', 500);
    write(path.join(here, 'a b.py'), 'edited here and longer');
    write(path.join(here, 'other.py'), 'to be sent');
    const push = await runJust(project, ['sync:push', '--json'], env);
    const { fix } = JSON.parse(push.stdout).steps.find(({ code }: { code?: string }) => code === 'E_REMOTE_CHANGES');
    const [, move = '', pull = ''] = cureIn(` ${fix}`);
    assert.is(pull, "npx just sync:pull --only='scripts/a b.py'", fix);
    execSync(move.replace(/ && $/, ''), { cwd: project });
    const only = await runJust(project, ['sync:pull', '--only=scripts/a b.py'], env);
    assert.is(only.exitCode, 0, only.stderr);
    assert.is(fs.readFileSync(path.join(here, 'a b.py'), 'utf8'), 'edited there');
    assert.is(fs.readFileSync(path.join(here, 'a b.py.kept'), 'utf8'), 'edited here and longer');
    const sent = await runJust(project, ['sync:push'], env);
    assert.is(sent.exitCode, 0, sent.stderr);
    // So of a pull.
    write(path.join(far, 'other.py'), 'edited there', 500);
    write(path.join(here, 'other.py'), 'edited here once more');
    const refused = JSON.parse((await runJust(project, ['sync:pull', '--only=scripts', '--json'], env)).stdout).steps.find(
      ({ code }: { code?: string }) => code === 'E_LOCAL_CHANGES',
    );
    const [, aside = '', again = ''] = cureIn(` ${refused.fix}`);
    execSync(aside.replace(/ && $/, ''), { cwd: project });
    assert.is((await cured(again)).exitCode, 0, again);
    assert.equal(
      ['other.py', 'other.py.kept'].map((name) => fs.readFileSync(path.join(here, name), 'utf8')),
      ['edited there', 'edited here once more'],
    );
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
