import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faultOf } from '../../../tasks/common/errors';
import { condaStep } from '../../../tasks/environments/conda/conda-step';
import { chooseEngine } from '../../../tasks/environments/training/engine';
import { condaProject, type FixtureConda, fixtureConda } from '../../support/conda';
import { contextFor } from '../../support/transcript';

interface Switching {
  project: string;
  conda: FixtureConda;
}

const test = suite<Switching>('conda: changing the profile keeps the environment of the other one');
type Profile = 'as-asked' | 'compat';
const versions: Readonly<Record<Profile, string>> = { 'as-asked': '1.0', compat: '2.0' };

/** The step as a run takes it. */
async function run({ project, conda }: Switching, profile: Profile, fault = '') {
  const context = contextFor(project, { env: { ...conda.env, CONDA_FIXTURE_FAULT: fault }, sets: [`remote.profile=${profile}`] });
  const step = condaStep('env:remote', '');
  const look = await step.check(context, 'quick');
  const titles: string[] = [];
  try {
    for (const action of look.state === 'todo' ? ((await step.plan?.(context, look.seen)) ?? []) : []) {
      titles.push(action.title);
      await action.run(context, () => undefined);
    }
    const after = await step.check(context, 'quick');
    return { found: look.found, titles, after, code: 'code' in after ? after.code : undefined };
  } catch (error) {
    return { found: look.found, titles, after: undefined, code: faultOf(error).code };
  }
}

const place = ({ conda }: Switching, name = '') => `${conda.prefix}${name && `.${name}`}`;
const holds = (switching: Switching, profile: Profile) =>
  fs.existsSync(path.join(place(switching), 'conda-meta', `tinybin-${versions[profile]}-0.json`));
const there = ({ conda }: Switching) => fs.readdirSync(path.dirname(conda.prefix)).sort();
const creations = ({ conda }: Switching) => conda.commands().filter((words) => words.includes('create')).length;
const names = ['weatherman-lora', 'weatherman-lora.as-asked', 'weatherman-lora.compat'];

test.before((context) => {
  const project = condaProject({ channels: ['conda-forge'], conda: ['tinybin=1.0'] });
  const compat = { name: 'weatherman-lora', channels: ['conda-forge'], dependencies: ['tinybin=2.0'] };
  fs.writeFileSync(path.join(project, 'environment-remote.compat.yml'), JSON.stringify(compat));
  fs.rmSync(path.join(project, 'environment-remote.compat.lock'));
  Object.assign(context, { project, conda: fixtureConda('26.7.1') });
});

test('the other one is kept, and comes back without conda', async (switching) => {
  assert.is((await run(switching, 'compat')).code, undefined);
  fs.writeFileSync(path.join(place(switching), 'thesis.txt'), 'years of work');
  const built = await run(switching, 'as-asked');
  assert.match(built.found, /holds compat; as-asked is not there yet$/);
  assert.match(built.titles.join(), /^make .*, and keep compat as `.*weatherman-lora\.compat` \(about .*B\)$/);
  assert.ok(holds(switching, 'as-asked'));
  assert.match(built.after?.found ?? '', /; compat is kept in `.*weatherman-lora\.compat`$/);
  assert.equal(there(switching), [names[0], names[2]]);
  const made = creations(switching);
  const back = await run(switching, 'compat');
  assert.match(back.titles.join(), /^put compat back as /);
  assert.is(back.after?.state, 'done', JSON.stringify(back));
  assert.ok(holds(switching, 'compat'));
  assert.is(fs.readFileSync(path.join(place(switching), 'thesis.txt'), 'utf8'), 'years of work');
  assert.equal(there(switching), [names[0], names[1]]);
  assert.is((await run(switching, 'as-asked')).after?.state, 'done');
  assert.is(creations(switching), made);
});

test('one that cannot be made puts the one before back', async (switching) => {
  fs.renameSync(place(switching, 'compat'), `${place(switching)}-away`);
  for (const fault of ['unsolvable', 'exit-1']) {
    assert.ok((await run(switching, 'compat', fault)).code);
    assert.ok(holds(switching, 'as-asked'));
    assert.equal(there(switching), [names[0], 'weatherman-lora-away']);
  }
  fs.renameSync(`${place(switching)}-away`, place(switching, 'compat'));
});

const stateFile = ({ project }: Switching) => path.join(project, '.just-lora', 'conda.json');
const state = (one: Switching) => JSON.parse(fs.readFileSync(stateFile(one), 'utf8'));

/** What a run leaves that is killed at each moment, with its note. */
const moments: Readonly<Record<string, (switching: Switching) => void>> = {
  'the one in the place was put aside': (one) => fs.renameSync(place(one), place(one, 'as-asked')),
  'the one in the place waits for one that conda is making': (one) => {
    fs.renameSync(place(one), place(one, 'before'));
    fs.mkdirSync(path.join(place(one), 'conda-meta'), { recursive: true });
    const { ino: inode, birthtimeMs } = fs.lstatSync(place(one));
    const folder = { inode, birthMs: Math.round(birthtimeMs) };
    fs.writeFileSync(stateFile(one), JSON.stringify({ ...state(one), phase: 'conda', aside: place(one, 'before'), folder }));
  },
  'the new one stands, the one before waits still': (one) => {
    fs.renameSync(place(one), place(one, 'before'));
    fs.renameSync(place(one, 'compat'), place(one));
    fs.writeFileSync(stateFile(one), JSON.stringify({ ...state(one), aside: place(one, 'before') }));
  },
};
for (const [what, leave] of Object.entries(moments))
  for (const profile of ['as-asked', 'compat'] as const)
    test(`killed when ${what}, ${profile} is wanted: both are whole, one in the place`, async (switching) => {
      assert.is((await run(switching, 'as-asked')).after?.state, 'done');
      const other = profile === 'compat' ? 'as-asked' : 'compat';
      leave(switching);
      const context = contextFor(switching.project, {
        env: switching.conda.env,
        sets: ['remote.engine=auto', `remote.profile=${profile}`],
      });
      assert.is((await chooseEngine(context)).engine, 'conda');
      const made = creations(switching);
      const healed = await run(switching, profile);
      assert.is(healed.after?.state, 'done', JSON.stringify(healed));
      assert.ok(holds(switching, profile));
      const back = await run(switching, other);
      assert.is(back.after?.state, 'done', JSON.stringify(back));
      assert.ok(holds(switching, other));
      assert.is(there(switching).length, 2);
      assert.is(creations(switching), made, 'nothing was made again');
    });

test('a person’s environment in the place is left, though one of ours waits', async (switching) => {
  assert.is((await run(switching, 'as-asked')).after?.state, 'done');
  fs.renameSync(place(switching), place(switching, 'as-asked'));
  fs.mkdirSync(path.join(place(switching), 'conda-meta'), { recursive: true });
  fs.writeFileSync(path.join(place(switching), 'conda-meta', 'history'), '');
  assert.is((await run(switching, 'compat')).code, 'E_CONDA_PREFIX_TAKEN');
  assert.equal(there(switching), names);
});

test.run();
