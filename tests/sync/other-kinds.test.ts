import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Direction } from '../../tasks/sync/compare/folders';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { asked, machine, synced } from '../support/sync-here';

const test = suite('files, links and pipes of one name');

const folder = 'data/processed';

/** What one side has at a name. */
const makers = {
  file: (at: string) => fs.writeFileSync(at, 'the work of a person'),
  link: (at: string) => fs.symlinkSync('in/x', at),
  'other link': (at: string) => fs.symlinkSync('in/./y', at),
  pipe: (at: string) => execFileSync('mkfifo', [at]),
};
type Kind = keyof typeof makers;

const lookAt = (at: string): string => {
  const entry = fs.lstatSync(at);
  return entry.isSymbolicLink() ? `-> ${fs.readlinkSync(at)}` : entry.isFile() ? fs.readFileSync(at, 'utf8') : `pipe ${entry.isFIFO()}`;
};

/** What comes, what it would replace, and how it is refused on either way. */
const cases: readonly [coming: Kind, standing: Kind, pull: string, push: string][] = [
  ['link', 'file', 'E_UNSAFE_PATH', 'E_REMOTE_PATH'],
  ['link', 'pipe', 'E_UNSAFE_PATH', 'E_REMOTE_PATH'],
  ['file', 'link', 'E_UNSAFE_PATH', 'E_REMOTE_PATH'],
  ['file', 'pipe', 'E_UNSAFE_PATH', 'E_REMOTE_PATH'],
  ['link', 'other link', 'E_LOCAL_CHANGES', 'E_REMOTE_CHANGES'],
];

if (noSshd) skip(test, 'files, links and pipes of one name', noSshd);
else {
  for (const kind of ['rsync', 'scp', 'local'] as const)
    test(`by ${kind}, nothing is replaced by another kind or another link unseen, whichever way`, async () => {
      const { project, there: machineThere } = await machine();
      const volume = path.join(temporaryFolder('jl-volume'), 'project');
      const far = kind === 'local' ? volume : machineThere;
      fs.mkdirSync(far, { recursive: true });
      const remote = kind === 'local' ? { type: 'local', host: null, path: far } : { transfer: kind };
      const context = project(remote, { sync: { push: [folder], pull: [folder], retries: 0 } });
      const sides = { here: path.join(context.root, folder), there: path.join(far, folder) };
      for (const [coming, standing, pull, push] of cases)
        for (const direction of ['pull', 'push'] as const satisfies readonly Direction[]) {
          // scp brings no links.
          if (kind === 'scp' && coming === 'link') continue;
          const [source, target] = direction === 'push' ? [sides.here, sides.there] : [sides.there, sides.here];
          for (const side of [source, target]) {
            fs.rmSync(side, { recursive: true, force: true });
            fs.mkdirSync(path.join(side, 'in'), { recursive: true });
            for (const name of ['x', 'y']) fs.writeFileSync(path.join(side, 'in', name), name);
            for (const name of ['x', 'y']) fs.utimesSync(path.join(side, 'in', name), 1_700_000_000, 1_700_000_000);
          }
          makers[standing](path.join(target, 'best'));
          makers[coming](path.join(source, 'best'));
          const before = lookAt(path.join(target, 'best'));
          const wanted = direction === 'pull' ? pull : push;
          const told = `${direction}: ${coming} over ${standing}`;
          // Of a link that is sent by itself the content travels.
          const isSent = direction === 'push' && coming !== 'file';
          for (const options of isSent ? [{}] : [{}, { only: `${folder}/best` }]) {
            const { code, found } = await synced(asked(context, options), direction);
            assert.equal([code, lookAt(path.join(target, 'best'))], [wanted, before], `${told}: ${found}`);
          }
          // Another kind is not replaced by force either.
          if (wanted === 'E_UNSAFE_PATH' || wanted === 'E_REMOTE_PATH') {
            assert.is((await synced(asked(context, {}, true), direction)).code, wanted, told);
            assert.is(lookAt(path.join(target, 'best')), before, told);
          } else {
            assert.is((await synced(asked(context, {}, true), direction)).state, 'done', told);
            assert.is(lookAt(path.join(target, 'best')), lookAt(path.join(source, 'best')), told);
          }
        }
    });

  test('a link that follows the one on the other side is no question', async () => {
    const { project, there } = await machine();
    const context = project({}, { sync: { push: [folder], pull: [folder], retries: 0 } });
    const [here, far] = [context.root, there].map((root) => path.join(root, folder)) as [string, string];
    for (const name of ['1', '2', '3']) fs.mkdirSync(path.join(far, name), { recursive: true });
    for (const name of ['1', '2', '3']) fs.writeFileSync(path.join(far, name, 'weights'), name);
    const lead = (side: string, to: string) => {
      fs.rmSync(path.join(side, 'latest'), { force: true });
      fs.symlinkSync(to, path.join(side, 'latest'));
    };
    for (const to of ['1', '2', '3']) {
      lead(far, to);
      const pulled = await synced(context, 'pull');
      assert.is(pulled.state, 'done', pulled.found);
      assert.is(fs.readlinkSync(path.join(here, 'latest')), to);
    }
    lead(here, '1');
    const pushed = await synced(context, 'push');
    assert.is(pushed.state, 'done', pushed.found);
    lead(here, '2');
    lead(far, '3');
    assert.is((await synced(context, 'pull')).code, 'E_LOCAL_CHANGES');
    assert.is((await synced(context, 'push')).code, 'E_REMOTE_CHANGES');
    assert.equal([fs.readlinkSync(path.join(here, 'latest')), fs.readlinkSync(path.join(far, 'latest'))], ['2', '3']);
  });
}

test.run();
