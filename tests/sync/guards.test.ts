import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, type Pair, pair } from '../support/sync';

const test = suite('sync: guards and plans');

/** A pair with some files on both sides. */
async function synced(count: number): Promise<Pair & { target: string; source: string }> {
  const made = await pair();
  made.configure({}, { sync: { push: ['data/processed'] } });
  for (let index = 0; index < count; index++) made.data(`f${index}`, `file ${index}`);
  const { exitCode, stderr } = await made.json('sync:push');
  assert.is(exitCode, 0, stderr);
  return { ...made, source: path.join(made.project, 'data/processed'), target: path.join(made.there, 'data/processed') };
}

const fault = (document: { steps: { code?: string; found?: string; fix?: string }[] }) => ({
  code: '',
  found: '',
  fix: '',
  ...document.steps.find(({ code }) => code),
});

if (noSshd) skip(test, 'sync: guards and plans', noSshd);
else {
  test('deletes only with --delete, only what it lists, and never more than half or the limit', async () => {
    const { json, run, source, target, there, configure } = await synced(10);
    fs.rmSync(path.join(source, 'f0'));
    assert.is((await json('sync:push')).outcome, 'unchanged');
    assert.ok(fs.existsSync(path.join(target, 'f0')));
    const deleted = await json('sync:push', '--delete');
    assert.is(deleted.exitCode, 0, deleted.stderr);
    assert.match(deleted.stderr, /deleted +data\/processed\/f0/);
    assert.equal(contents(target), contents(source));
    for (let index = 1; index < 7; index++) fs.rmSync(path.join(source, `f${index}`));
    const before = contents(there);
    const refused = await json('sync:push', '--delete');
    assert.equal([refused.exitCode, fault(refused).code], [1, 'E_TOO_MANY_DELETIONS']);
    assert.match(fault(refused).fix, /--max-delete=6/);
    assert.equal(fault(await json('sync:push', '--delete', '--max-delete=5')).code, 'E_TOO_MANY_DELETIONS');
    assert.equal(contents(there), before);
    assert.match(fault(refused).fix, '`npx just sync:push --delete --plan` lists every file');
    // The list is shown to whoever looks, and the plan carried out by who has seen it.
    const all = [1, 2, 3, 4, 5, 6].map((index) => `data/processed/f${index}`);
    const checked = await json('sync:push', '--delete', '--check');
    assert.is(fault(checked).code, 'E_TOO_MANY_DELETIONS');
    assert.equal(
      checked.steps
        .at(-1)
        .files.map(({ name }: { name: string }) => name)
        .sort(),
      all,
    );
    assert.match((await run('sync:push', '--delete', '--check')).stdout, /deleted +data\/processed\/f6/);
    const { stdout } = await run('sync:push', '--delete', '--plan');
    for (const name of all) assert.match(stdout, new RegExp(`deleted +${name}$`, 'm'));
    assert.equal(contents(there), before);
    const plan = /^(\.just-lora\/plans\/\S+\.json)$/m.exec(stdout)?.[1] ?? '';
    assert.is((await json('sync:push', `--plan=${plan}`)).exitCode, 0);
    assert.equal(contents(target), contents(source));
    for (const name of all) fs.writeFileSync(path.join(source, path.basename(name)), 'again');
    assert.is((await json('sync:push')).exitCode, 0);
    for (const name of all) fs.rmSync(path.join(source, path.basename(name)));
    assert.is((await json('sync:push', '--delete', '--max-delete=6')).exitCode, 0);
    assert.equal(contents(target), contents(source));
    fs.rmSync(path.join(source, 'f7'));
    configure({}, { sync: { push: ['data/processed'], max_delete: 0 } });
    assert.match(fault(await json('sync:push', '--delete')).found, /more than 0: data\/processed\/f7/);
  });

  test('an empty or missing source is refused, and nothing is deleted for it', async () => {
    const { json, source, target, there, project } = await synced(3);
    const before = contents(target);
    for (const name of fs.readdirSync(source)) if (name !== '.gitkeep') fs.rmSync(path.join(source, name));
    fs.mkdirSync(path.join(source, 'empty'));
    fs.symlinkSync('nowhere', path.join(source, 'dangling'));
    assert.is(fault(await json('sync:push', '--delete', '--max-delete=100')).code, 'E_SOURCE_EMPTY');
    fs.rmSync(source, { recursive: true });
    assert.is(fault(await json('sync:push', '--delete', '--max-delete=100')).code, 'E_SOURCE_MISSING');
    assert.is(fault(await json('sync:push')).code, 'E_SOURCE_MISSING');
    assert.is(fault(await json('sync:pull', '--only=adapters')).code, 'E_SOURCE_MISSING');
    assert.equal(contents(target), before);
    fs.mkdirSync(path.join(there, 'adapters/empty'), { recursive: true });
    fs.writeFileSync(path.join(project, 'adapters/mine'), 'x');
    assert.is(fault(await json('sync:pull', '--only=adapters', '--delete', '--max-delete=100')).code, 'E_SOURCE_EMPTY');
    assert.ok(fs.existsSync(path.join(project, 'adapters/mine')));
  });

  test('~ is refused with --delete, by name and through a link', async () => {
    const { json, configure, sshd } = await pair();
    fs.writeFileSync(path.join(sshd.home, 'precious'), 'x');
    configure({ path: '~' });
    assert.equal([(await json('sync:push', '--delete')).exitCode], [2]);
    fs.symlinkSync(sshd.home, path.join(sshd.folder, 'link'));
    configure({ path: path.join(sshd.folder, 'link') });
    assert.is(fault(await json('sync:push', '--delete')).code, 'E_DELETE_PLACE');
    assert.ok(fs.existsSync(path.join(sshd.home, 'precious')));
  });

  test('a plan writes one file here and nothing there, is carried out as it is, and not when either side has moved', async () => {
    const { run, json, source, target, project, there, data } = await synced(4);
    data('new', 'new one');
    fs.rmSync(path.join(source, 'f1'));
    const [before, beforeThere] = [contents(path.join(project, '.just-lora')), contents(there)];
    const { stdout, exitCode } = await run('sync:push', '--delete', '--plan');
    assert.is(exitCode, 0);
    const file = /^(\.just-lora\/plans\/\S+\.json)$/m.exec(stdout)?.[1] ?? '';
    assert.ok(file, stdout);
    assert.match(stdout, /^ *added +7 B +data\/processed\/new$/m);
    assert.match(stdout, /^ *deleted +data\/processed\/f1$/m);
    assert.equal(contents(there), beforeThere);
    assert.equal(
      Object.keys(contents(path.join(project, '.just-lora'))).filter((name) => !(name in before)),
      [file.replace('.just-lora/', '')],
    );

    const stale = async (move: () => void, back: () => void) => {
      move();
      assert.is(fault(await json('sync:push', `--plan=${file}`)).code, 'E_PLAN_STALE');
      assert.ok(fs.existsSync(path.join(target, 'f1')));
      back();
    };
    await stale(
      () => fs.writeFileSync(path.join(target, 'came'), 'x'),
      () => fs.rmSync(path.join(target, 'came')),
    );
    const planned = fs.readFileSync(path.join(project, file), 'utf8');
    await stale(
      () => fs.writeFileSync(path.join(project, file), JSON.stringify({ ...JSON.parse(planned), files: [] })),
      () => fs.writeFileSync(path.join(project, file), planned),
    );
    // The same size and the same time to the nanosecond: only that it was written tells.
    await stale(
      () => {
        const [file, before] = [path.join(source, 'f2'), path.join(project, 'before')];
        execFileSync('cp', ['-p', file, before]);
        fs.writeFileSync(file, 'FILE 2');
        execFileSync('touch', ['-r', before, file]);
      },
      () => undefined,
    );
    const again = /^(\.just-lora\/plans\/\S+\.json)$/m.exec((await run('sync:push', '--delete', '--plan')).stdout)?.[1];
    assert.is((await json('sync:push', `--plan=${again}`, '--delete')).exitCode, 2);
    const done = await json('sync:push', `--plan=${again}`);
    assert.is(done.exitCode, 0, done.stderr);
    assert.equal(Object.keys(contents(target)).sort(), Object.keys(contents(source)).sort());
    assert.is((await json('sync:push', '--plan=nowhere.json')).exitCode, 2);
  });

  test('a pull does not replace what is newer or was changed here unseen, and checks weights before they get their name', async () => {
    const { json, run, there, project, configure } = await pair();
    configure({}, { sync: { pull: ['adapters'] } });
    const [far, near] = [path.join(there, 'adapters'), path.join(project, 'adapters')];
    for (const name of ['good', 'broken']) fs.mkdirSync(path.join(far, name), { recursive: true });
    const header = Buffer.from('{}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    fs.writeFileSync(path.join(far, 'good/adapter_model.safetensors'), Buffer.concat([length, header]));
    fs.writeFileSync(path.join(far, 'broken/adapter_model.safetensors'), 'cut');
    fs.writeFileSync(path.join(far, 'broken/adapter_config.json'), '{}');
    const pulled = fault(await json('sync:pull'));
    assert.is(pulled.code, 'E_ADAPTER');
    // Its folder came too, and is no file.
    assert.match(pulled.fix, '; 1 other file is in place');
    assert.ok(fs.existsSync(path.join(near, 'good/adapter_model.safetensors')));
    assert.not.ok(fs.existsSync(path.join(near, 'broken')));
    fs.rmSync(path.join(far, 'broken'), { recursive: true });
    fs.writeFileSync(path.join(far, 'notes.txt'), 'from there');
    assert.is((await json('sync:pull')).exitCode, 0);
    assert.equal(contents(near), contents(far));
    fs.writeFileSync(path.join(near, 'notes.txt'), 'mine, and newer');
    const old = new Date(Date.now() - 100_000);
    fs.utimesSync(path.join(far, 'notes.txt'), old, old);
    const refused = await json('sync:pull');
    assert.is(fault(refused).code, 'E_LOCAL_CHANGES');
    assert.equal(
      refused.steps[1].files.map(({ name, note }: { name: string; note: string }) => [name, note]),
      [['adapters/notes.txt', 'newer here']],
    );
    assert.is(fs.readFileSync(path.join(near, 'notes.txt'), 'utf8'), 'mine, and newer');
    const { stdout } = await run('sync:pull', '--plan');
    assert.match(stdout, /changed +10 B +adapters\/notes\.txt \(newer here\)/);
    assert.is((await json('sync:pull', `--plan=${/^(\.just-lora\/plans\/\S+)$/m.exec(stdout)?.[1]}`)).exitCode, 0);
    assert.is(fs.readFileSync(path.join(near, 'notes.txt'), 'utf8'), 'from there');
    fs.writeFileSync(path.join(near, 'notes.txt'), 'mine, and older');
    const older = new Date(Date.now() - 200_000);
    fs.utimesSync(path.join(near, 'notes.txt'), older, older);
    const changed = await json('sync:pull');
    assert.is(fault(changed).code, 'E_LOCAL_CHANGES');
    assert.is(changed.steps[1].files[0].note, 'changed here since it was synced');
    assert.is((await json('sync:pull', '--force')).exitCode, 0);
    assert.is(fs.readFileSync(path.join(near, 'notes.txt'), 'utf8'), 'from there');
  });

  test('sync:status tells both ways, writes nothing, and exits 3; sync:remotes looks at each', async () => {
    const { json, data, target, there, project, source } = await synced(3);
    data('mine', 'x');
    fs.writeFileSync(path.join(target, 'theirs'), 'y');
    data('f1', 'changed here');
    const before = [contents(there), contents(source)];
    const status = await json('sync:status');
    assert.is(status.exitCode, 3);
    const stepOf = (name: string) => status.steps.find((step: { name: string }) => step.name === name);
    const { onlyHere, onlyThere, differ, fix } = stepOf('data/processed');
    // A pull brings adapters, unless a folder is named.
    assert.match(fix, /`npx just sync:push` sends.*`npx just sync:pull --only=data\/processed` fetches/);
    assert.equal(
      [onlyHere, onlyThere, differ],
      [['data/processed/mine'], ['data/processed/theirs'], [{ name: 'data/processed/f1', note: 'newer here' }]],
    );
    assert.equal([contents(there), contents(source)], before);
    const remotes = await json('sync:remotes');
    assert.equal([remotes.exitCode, remotes.steps.length, remotes.steps[0].name, remotes.steps[0].path], [0, 1, 'gpu', there]);
    void project;
  });
}

test.run();
