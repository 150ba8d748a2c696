import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faultOf } from '../../../tasks/common/errors';
import { environmentOfProfile } from '../../../tasks/environments/profile/environment-of-profile';
import { chooseEngine } from '../../../tasks/environments/training/engine';
import { venvEngineStep } from '../../../tasks/environments/training/venv-engine-step';
import { makeLock } from '../../../tasks/environments/venv/lock/make-lock';
import { storageStep } from '../../../tasks/storage/storage-step';
import { type PackageIndex, packageIndex } from '../../support/package-index';
import { projectCopy, temporaryFolder } from '../../support/project';
import { python310 } from '../../support/python';
import { isWhole, smallWheels } from '../../support/small-environment';
import { contextFor } from '../../support/transcript';
import { uvFolder } from '../../support/uv';
import { wheel } from '../../support/wheels';

interface Switching {
  project: string;
  index: PackageIndex;
  env: Record<string, string | undefined>;
}

const test = suite<Switching>('venv: changing the profile keeps the environment of the other one');
const versions = {
  'as-asked': { alpha: '1.0', beta: '1.5', gamma: '3.0' },
  compat: { alpha: '2.0', beta: '1.5' },
} as const;
type Profile = keyof typeof versions;
const settings = ['remote.engine=venv', 'storage.error_gb=0', 'storage.warn_gb=0'];

/** The step as a run takes it. */
async function run({ project, env }: Switching, profile: Profile, more: Record<string, string | undefined> = {}) {
  const context = contextFor(project, { env: { ...env, ...more }, sets: [...settings, `remote.profile=${profile}`] });
  const step = venvEngineStep('env:remote', '');
  const look = await step.check(context, 'quick');
  const titles: string[] = [];
  try {
    for (const action of look.state === 'todo' ? ((await step.plan?.(context, look.seen)) ?? []) : []) {
      titles.push(action.title);
      await action.run(context, () => undefined);
    }
    const after = await step.check(context, 'quick');
    return { ...look, titles, after, code: 'code' in after ? after.code : undefined };
  } catch (error) {
    return { ...look, titles, after: undefined, code: faultOf(error).code };
  } finally {
    context.resources.close();
  }
}

const place = ({ project }: Switching, name = '') => path.join(project, `.venv-remote${name && `.${name}`}`);
const holds = (switching: Switching, profile: Profile) => isWhole({ venv: place(switching) }, versions[profile]);
/** The environments of the project, in the place and beside it. */
const there = ({ project }: Switching) =>
  fs
    .readdirSync(project)
    .filter((name) => name.startsWith('.venv-remote'))
    .sort();
const inode = (folder: string) => fs.statSync(folder).ino;

/** The first test builds both profiles; the others begin with one of them in the place and the other one beside it. */
test.before(async (context) => {
  const project = projectCopy();
  const home = temporaryFolder('home');
  const index = await packageIndex(smallWheels.map(wheel));
  const tools = [uvFolder(), path.dirname(python310() as string), path.dirname(process.execPath), '/usr/bin', '/bin'];
  const env = {
    HOME: home,
    PATH: tools.join(path.delimiter),
    PIP_INDEX_URL: index.url,
    UV_CACHE_DIR: path.join(home, 'uv'),
    PIP_FIND_LINKS: undefined,
  };
  const file = (pip: readonly string[]) => JSON.stringify({ name: 'weatherman-lora', channels: [], dependencies: [{ pip }] });
  fs.writeFileSync(path.join(project, 'environment-remote.yml'), file(['alpha==1.0', 'gamma==3.0']));
  fs.writeFileSync(path.join(project, 'environment-remote.compat.yml'), file(['alpha==2.0']));
  for (const name of ['', '.compat']) fs.rmSync(path.join(project, `environment-remote${name}.lock`));
  for (const profile of ['as-asked', 'compat'] as const) {
    const locking = contextFor(project, { env, sets: settings });
    await makeLock(locking, environmentOfProfile(locking, profile));
  }
  Object.assign(context, { project, index, env });
});
test.after(({ index }) => index.close());

test('the other one is kept, and comes back whole in its own place without anything fetched', async (switching) => {
  assert.is((await run(switching, 'compat')).code, undefined);
  assert.ok(holds(switching, 'compat'));
  fs.writeFileSync(path.join(place(switching), 'mine.txt'), 'a person wrote this');
  const built = await run(switching, 'as-asked');
  assert.match(built.found, /^`\.venv-remote` holds compat; as-asked is not there yet$/);
  assert.match(built.titles.at(-1) ?? '', /^rebuild `\.venv-remote` .*, and keep compat as `\.venv-remote\.compat` \(about .*B\)$/);
  assert.ok(holds(switching, 'as-asked'));
  assert.equal(there(switching), ['.venv-remote', '.venv-remote.compat']);
  assert.match(built.after?.found ?? '', /; compat is kept in `\.venv-remote\.compat`$/);
  const [asked, compat] = [inode(place(switching)), inode(place(switching, 'compat'))];
  const requests = switching.index.requests.length;
  const back = await run(switching, 'compat');
  assert.is(back.found, '`.venv-remote` holds as-asked; compat waits in `.venv-remote.compat`');
  assert.equal([inode(place(switching)), inode(place(switching, 'as-asked'))], [compat, asked]);
  assert.is(fs.readFileSync(path.join(place(switching), 'mine.txt'), 'utf8'), 'a person wrote this');
  assert.ok(holds(switching, 'compat'));
  assert.is((await run(switching, 'as-asked')).after?.state, 'done');
  assert.is(switching.index.requests.length, requests);
  const stored = await storageStep.check(contextFor(switching.project, { env: switching.env, sets: settings }), 'full');
  assert.match(stored.found, /; .*B of compat, kept beside the environment: `rm -rf \.venv-remote\.compat` removes it$/);
});

test('a build that fails puts the one before back', async (switching) => {
  fs.renameSync(place(switching, 'compat'), place(switching, 'away'));
  const failed = await run(switching, 'compat', { UV_CACHE_DIR: temporaryFolder('cache'), PIP_INDEX_URL: 'http://127.0.0.1:9/simple' });
  assert.ok(failed.code, failed.found);
  assert.ok(holds(switching, 'as-asked'));
  assert.equal(there(switching), ['.venv-remote', '.venv-remote.away']);
  fs.renameSync(place(switching, 'away'), place(switching, 'compat'));
});

/** What a run leaves that is killed at each moment: changing two is two renames, building one is a rename, a build and a rename. */
const moments: Readonly<Record<string, (switching: Switching) => void>> = {
  'the one in the place was put aside': (one) => fs.renameSync(place(one), place(one, 'as-asked')),
  'the one in the place waits for one that is half-built': (one) => {
    fs.renameSync(place(one), place(one, 'before'));
    fs.mkdirSync(place(one));
    fs.writeFileSync(path.join(place(one), 'just-lora.json'), '{"state": "building"}');
    fs.writeFileSync(path.join(place(one), 'half'), '');
  },
  'the new one stands, the one before waits still': (one) => {
    fs.renameSync(place(one), place(one, 'before'));
    fs.renameSync(place(one, 'compat'), place(one));
  },
};
for (const [what, leave] of Object.entries(moments))
  for (const profile of ['as-asked', 'compat'] as const)
    test(`killed when ${what}, ${profile} is wanted: both are whole, one in the place`, async (switching) => {
      assert.is((await run(switching, 'as-asked')).after?.state, 'done');
      leave(switching);
      const sets = ['remote.engine=auto'];
      assert.is((await chooseEngine(contextFor(switching.project, { env: switching.env, sets }))).engine, 'venv');
      const requests = switching.index.requests.length;
      const healed = await run(switching, profile);
      assert.is(healed.after?.state, 'done', JSON.stringify(healed));
      assert.ok(holds(switching, profile));
      assert.equal(there(switching), ['.venv-remote', `.venv-remote.${profile === 'compat' ? 'as-asked' : 'compat'}`]);
      assert.ok((await run(switching, profile === 'compat' ? 'as-asked' : 'compat')).after?.state === 'done');
      assert.is(switching.index.requests.length, requests, 'nothing was built again');
    });

test('one that lost a package while it waited is mended when it comes back', async (switching) => {
  assert.is((await run(switching, 'as-asked')).after?.state, 'done');
  fs.rmSync(path.join(place(switching, 'compat'), 'lib/python3.10/site-packages/beta'), { recursive: true });
  fs.rmSync(path.join(place(switching, 'compat'), 'lib/python3.10/site-packages/beta-1.5.dist-info'), { recursive: true });
  assert.is((await run(switching, 'compat')).after?.state, 'done');
  assert.ok(holds(switching, 'compat'));
  assert.ok(fs.existsSync(place(switching, 'as-asked')));
});

test('one of another project is no one of ours, and stays as it is', async (switching) => {
  assert.is((await run(switching, 'as-asked')).after?.state, 'done');
  const record = path.join(place(switching, 'compat'), 'just-lora.json');
  const text = fs.readFileSync(record, 'utf8');
  fs.writeFileSync(record, text.replace(`"${place(switching)}"`, '"/another/project/.venv-remote"'));
  const before = inode(place(switching, 'compat'));
  const built = await run(switching, 'compat');
  assert.match(built.found, /compat is not there yet/);
  assert.is(inode(place(switching, 'compat')), before);
  assert.ok(holds(switching, 'compat'));
  assert.is((await run(switching, 'as-asked')).after?.state, 'done');
  assert.equal(there(switching), ['.venv-remote', '.venv-remote.compat', '.venv-remote.compat-2']);
});

test('what a person put into one that is built again stays beside it', async (switching) => {
  fs.writeFileSync(path.join(place(switching), 'mine.txt'), 'mine');
  fs.rmSync(path.join(place(switching), 'pyvenv.cfg'));
  const built = await run(switching, 'as-asked');
  assert.match(built.titles.join(), /^rebuild .*, and keep mine\.txt, which a person added, in `\.venv-remote\.kept`$/);
  assert.ok(holds(switching, 'as-asked'));
  assert.is(fs.readFileSync(path.join(place(switching, 'kept'), 'mine.txt'), 'utf8'), 'mine');
});

test.run();
