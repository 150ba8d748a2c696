import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../tasks/engine/context';
import type { Direction } from '../../tasks/sync/compare/folders';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { asked, type Ending, machine, synced } from '../support/sync-here';

const test = suite('work on both sides of a folder that travels both ways');

/** Writes a file that was changed so many seconds ago. */
function write(file: string, text: string, seconds: number): void {
  const time = new Date(Date.now() - seconds * 1000);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  fs.utimesSync(file, time, time);
}

const read = (file: string): string => fs.readFileSync(file, 'utf8');
const noteOf = ({ data }: Ending, name: string): string | undefined =>
  data?.files.find((file: { name: string }) => file.name === name)?.note;
const folder = 'data/processed';
const travels = { sync: { push: [folder], pull: [folder], retries: 0 } };
const deleting = { delete: '', 'max-delete': '9' };
const store = () => path.join(temporaryFolder('jl-volume'), 'project');

/** Both sides of a project, with the same files on them, 1000 seconds old. */
async function both(context: Context, far: string, names: readonly string[]) {
  const [here, there] = [context.root, far].map((root) => (name: string) => path.join(root, folder, name)) as [
    (name: string) => string,
    (name: string) => string,
  ];
  for (const name of names) write(here(name), name, 1000);
  const moves = async (direction: Direction, options: Record<string, string> = {}) => {
    const { state, found } = await synced(asked(context, options), direction);
    assert.is(state, 'done', found);
  };
  await moves('push');
  return { here, there, moves };
}

/** The records of this project, in the form of the version before: of a push what a file looks like there, of a pull how it looks here. */
function outdate({ root }: Context, pulled: readonly string[]): void {
  const records = path.join(root, '.just-lora/sync');
  const [name = ''] = fs.readdirSync(records).filter((each) => each.startsWith('synced-'));
  const all = Object.entries(JSON.parse(read(path.join(records, name)))) as [string, string][];
  const place = name.slice('synced-'.length, -'.json'.length);
  const stampOf = (file: string) => {
    const { size, mtimeNs } = fs.statSync(path.join(root, file), { bigint: true });
    return `${size} ${mtimeNs} ${place}`;
  };
  const [own, others] = [true, false].map((isPulled) => all.filter(([file]) => pulled.includes(file) === isPulled));
  fs.writeFileSync(
    path.join(records, 'pulled.json'),
    JSON.stringify(Object.fromEntries((own ?? []).map(([file]) => [file, stampOf(file)]))),
  );
  fs.writeFileSync(path.join(records, `pushed-${place}.json`), JSON.stringify(Object.fromEntries(others ?? [])));
  fs.rmSync(path.join(records, name));
}

if (noSshd) skip(test, 'work on both sides of a folder that travels both ways', noSshd);
else {
  const noRclone = spawnSync('rclone', ['version']).status === 0 ? undefined : 'no rclone: install rclone';
  for (const [kind, remoteAt] of [
    ['rsync over ssh', () => ({})],
    ['scp', () => ({ transfer: 'scp' })],
    ['a volume', (far: string) => ({ type: 'local', host: null, path: far })],
    ['rclone', (far: string) => ({ type: 'rclone', host: null, path: `:local:${far}` })],
  ] as const)
    if (kind === 'rclone' && noRclone) skip(test, `by ${kind}`, noRclone);
    else
      test(`by ${kind}, what was changed since both sides were the same is kept, whichever way it came`, async () => {
        const { project, there: machineThere } = await machine();
        const far = kind === 'a volume' || kind === 'rclone' ? store() : machineThere;
        const context = project(remoteAt(far), travels);
        const { here, there, moves } = await both(context, far, ['a', 'c', 'd', 'e', 'f']);
        const refused = async (direction: Direction, options: Record<string, string>, name: string) => {
          const { code, found, ...more } = await synced(asked(context, options), direction);
          const [wanted, side] = direction === 'push' ? ['E_REMOTE_CHANGES', 'there'] : ['E_LOCAL_CHANGES', 'here'];
          assert.equal(
            [code, noteOf({ code, found, ...more }, `${folder}/${name}`)],
            [wanted, `changed ${side} since it was synced`],
            found,
          );
        };

        // Pushed, then edited on both sides, there at last.
        write(here('a'), 'edited here', 500);
        write(there('a'), 'edited there later', 400);
        await refused('pull', {}, 'a');
        assert.is(read(here('a')), 'edited here');
        assert.is((await synced(asked(context, {}, true), 'pull')).state, 'done');
        assert.is(read(here('a')), 'edited there later');
        // Pulled, then edited on both sides, here at last.
        write(there('a'), 'edited there once more', 300);
        write(here('a'), 'edited here after that', 200);
        await refused('push', {}, 'a');
        assert.is(read(there('a')), 'edited there once more');
        assert.is((await synced(asked(context, {}, true), 'push')).state, 'done');
        // Deleted on one side, edited on the other.
        write(here('c'), 'edited here', 500);
        fs.rmSync(there('c'));
        await refused('pull', deleting, 'c');
        assert.is(read(here('c')), 'edited here');
        await moves('push');
        write(there('d'), 'edited there', 500);
        await moves('pull');
        write(there('d'), 'edited there once more', 400);
        fs.rmSync(here('d'));
        await refused('push', deleting, 'd');
        assert.is(read(there('d')), 'edited there once more');
        await moves('pull');
        // An older time, as of an archive that was unpacked.
        write(here('d'), 'restored', 5000);
        write(there('d'), 'edited there at last', 300);
        await refused('pull', {}, 'd');
        fs.rmSync(here('d'));
        await moves('pull');

        // Where one side alone changes, nothing is asked.
        for (const [index, side] of [there, here, there, there, here, here].entries()) {
          write(side('e'), `edit ${index}`, 300 - 10 * index);
          await moves(side === there ? 'pull' : 'push');
          assert.equal([read(here('e')), read(there('e'))], [`edit ${index}`, `edit ${index}`]);
        }
        fs.rmSync(here('e'));
        await moves('push', deleting);
        fs.rmSync(there('f'));
        await moves('pull', deleting);
        assert.not.ok(fs.existsSync(there('e')) || fs.existsSync(here('f')));
      });

  test('what another remote has is no work that would be lost, and each remote is held against its own state', async () => {
    const { project } = await machine();
    const [one, two, three] = [store(), store(), store()] as const;
    const remotes = Object.fromEntries(Object.entries({ one, two, three }).map(([name, at]) => [name, { type: 'local', path: at }]));
    const context = project({}, { ...travels, remotes, default_remote: 'one' });
    const { here, there, moves } = await both(context, one, ['a', 'b']);
    await moves('push', { remote: 'two' });
    write(path.join(two, folder, 'a'), 'edited on two', 500);
    await moves('pull', { remote: 'two' });
    await moves('push');
    assert.is(read(there('a')), 'edited on two');
    // A first pull of a third: what is here is on the others too; then it is not.
    write(path.join(three, folder, 'a'), 'edited on three', 400);
    await moves('pull', { remote: 'three', only: `${folder}/a` });
    write(path.join(three, folder, 'b'), 'edited on three', 400);
    write(here('b'), 'edited here', 450);
    const refused = await synced(asked(context, { remote: 'three', only: `${folder}/b` }), 'pull');
    assert.equal([refused.code, noteOf(refused, `${folder}/b`)], ['E_LOCAL_CHANGES', 'changed here since it was synced']);
    // What is here is that of three, which has it still.
    write(there('a'), 'edited on one', 100);
    await moves('pull', { only: `${folder}/a` });
    assert.is(read(here('a')), 'edited on one');
  });

  for (const again of [false, true])
    test(`what a push has brought that was cut off between two folders is nobody's edit there${again ? ', after one that went well too' : ''}`, async () => {
      const box = await machine();
      const context = box.project({}, { sync: { push: [folder, 'configs2'], pull: [folder], retries: 0 } });
      const second = path.join(context.root, 'configs2/x');
      write(second, 'x', 1000);
      const { here, there, moves } = await both(context, box.there, ['a', 'b']);
      write(here('a'), 'second a', 500);
      write(second, 'second x', 500);
      box.program('rsync', 'case "$*" in *" -n"*) ;; *configs2*) sleep 1; exit 12;; esac; exec /usr/bin/rsync "$@"');
      assert.is.not((await synced(asked(context, {}), 'push')).state, 'done');
      box.program('rsync');
      assert.is(read(there('a')), 'second a');
      if (again) await moves('push');
      write(here('a'), 'third a', 100);
      await moves('push');
      assert.is(read(there('a')), 'third a');
      // Whoever edited there what came by the push that was cut off is asked.
      write(there('a'), 'edited there', 50);
      write(here('a'), 'fourth a', 10);
      assert.is((await synced(asked(context, {}), 'push')).code, 'E_REMOTE_CHANGES');
    });

  test("the same bytes with another time are nobody's loss, and other bytes of the same size are", async () => {
    const { project, there: far } = await machine();
    for (const transfer of ['rsync', 'scp']) {
      const context = project({ transfer }, travels);
      fs.rmSync(path.join(far, 'data'), { recursive: true, force: true });
      const { here, there, moves } = await both(context, far, ['a', 'b']);
      // As `git pull` does it on a machine that has a clone.
      write(there('a'), 'a', 10);
      await moves('push');
      write(here('a'), 'a', 5);
      write(there('a'), 'a', 700);
      await moves('pull');
      for (const [direction, newer] of [
        ['push', there('b')],
        ['pull', here('b')],
      ] as const) {
        write(newer, direction === 'push' ? 'x' : 'y', direction === 'push' ? 3 : 1);
        const { code, found } = await synced(asked(context, {}), direction);
        assert.is(code, direction === 'push' ? 'E_REMOTE_CHANGES' : 'E_LOCAL_CHANGES', found);
      }
    }
  });

  test('a disk that keeps every other second alone takes nothing for edited', async () => {
    const { project, there: far } = await machine();
    const context = project({}, travels);
    const { here, there, moves } = await both(context, far, ['b']);
    const at = Math.floor(Date.now() / 2000) * 2 - 2000;
    fs.mkdirSync(path.dirname(there('a')), { recursive: true });
    fs.writeFileSync(there('a'), 'a');
    fs.utimesSync(there('a'), at + 1.7, at + 1.7);
    await moves('pull');
    // As FAT has it, whose stamp is what a pull notes.
    fs.utimesSync(here('a'), at, at);
    const records = path.join(context.root, '.just-lora/sync');
    const [record = ''] = fs.readdirSync(records).filter((name) => name.startsWith('synced-'));
    fs.writeFileSync(path.join(records, record), JSON.stringify({ [`${folder}/a`]: `1 ${at}.0000000000` }));
    write(here('a'), 'edited here', 10);
    await moves('push');
    assert.is(read(there('a')), 'edited here');
  });

  test('the records of the version before tell of both sides, and hold nothing against who changed one of them', async () => {
    const { project, there: far } = await machine();
    for (const transfer of ['rsync', 'scp']) {
      const context = project({ transfer }, travels);
      fs.rmSync(path.join(far, 'data'), { recursive: true, force: true });
      const names = ['a', 'b', 'c', 'd', 'e'];
      const { here, there, moves } = await both(context, far, names);
      for (const name of ['b', 'd']) write(there(name), 'edited there', 900);
      await moves('pull');
      outdate(context, [`${folder}/b`, `${folder}/d`]);
      // Pushed then: edited on both sides; pulled then: edited there and deleted here.
      write(here('a'), 'edited here', 500);
      write(there('a'), 'edited there', 400);
      const pulled = await synced(asked(context, { only: `${folder}/a` }), 'pull');
      assert.equal([pulled.code, read(here('a'))], ['E_LOCAL_CHANGES', 'edited here']);
      write(there('b'), 'edited there once more', 400);
      fs.rmSync(here('b'));
      const pushed = await synced(asked(context, { exclude: 'a', ...deleting }), 'push');
      assert.equal([pushed.code, read(there('b'))], ['E_REMOTE_CHANGES', 'edited there once more']);
      write(there('c'), 'edited there', 300);
      write(there('d'), 'edited there', 300);
      await moves('pull', { exclude: 'a' });
      write(here('d'), 'edited here', 200);
      write(here('e'), 'edited here', 200);
      await moves('push', { exclude: 'a' });
      const records = fs.readdirSync(path.join(context.root, '.just-lora/sync')).filter((name) => /^(?:pushed|pulled)/.test(name));
      assert.equal(records, []);
    }
  });

  test('what became the same on both sides in another way is what they last had', async () => {
    const { project, there: far } = await machine();
    const context = project({}, travels);
    const { here, there, moves } = await both(context, far, ['a', 'b']);
    for (const side of [here, there]) {
      write(side('a'), 'brought by hand', 500);
      fs.utimesSync(side('a'), 1_800_000_000, 1_700_000_000);
    }
    write(here('b'), 'sent', 400);
    await moves('push');
    write(there('a'), 'edited there', 100);
    await moves('pull');
    assert.is(read(here('a')), 'edited there');
  });
}

test.run();
