import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { profileNames } from '../../tasks/environments/profile/profile-files';
import { type ComparedAdapter, compareAdapters } from '../../tools/profiles/compare';
import { type ByProfile, type Environment, forEachProfile, makeEnvironments } from '../../tools/profiles/environments';
import { agrees, loadRows, lossRows, pageWithTables } from '../../tools/profiles/tables';
import { inEnvironment, type Trained, train } from '../../tools/profiles/train';
import { repository, temporaryFolder } from '../support/project';

/** The three training environments, side by side: what they make of the same settings, and of each other's adapters. */
const test = suite('the three profiles');

let environments: ByProfile<Environment>;
let without: ByProfile<Trained>;
let withDropout: ByProfile<Trained>;
let peft: ByProfile<string>;
let models: ByProfile<string>;

test.before(async () => {
  environments = await makeEnvironments();
  without = await forEachProfile((profile) => train(environments[profile], 0));
  withDropout = await forEachProfile((profile) => train(environments[profile]));
  peft = await forEachProfile((profile) => without[profile].result.versions['peft'] ?? '');
  models = await forEachProfile((profile) => without[profile].model);
});

const [first] = profileNames;
const others = profileNames.slice(1);

/** What is off has several spellings, and moved between them. */
const spelled = (value: unknown) => (['null', 'false', '[]', '{}', '"no"'].includes(JSON.stringify(value)) ? 'off' : JSON.stringify(value));

/** Names of this run, the number of a process that is alone (0, or -1 where nothing is distributed), and settings of FSDP, which is off. */
const mayDiffer = ['output_dir', 'logging_dir', 'run_name', 'local_rank', 'fsdp_config'];

test('every option that the settings mean is what they mean, under each name that a version has for it', () => {
  for (const profile of profileNames) {
    const { meant, arguments: arguments_ } = without[profile];
    // Of one idea under two names only the newer one is said where a version has both.
    const told = Object.keys(meant).filter((name) => name in arguments_ && !['evaluation_strategy', 'no_cuda'].includes(name));
    for (const name of told) assert.is(spelled(arguments_[name]), spelled(meant[name]), `${profile}: ${name}`);
    assert.ok(told.length > 30, `${profile}: ${told.length} of them`);
  }
});

test('no other option of the trainer moved between the versions', () => {
  for (const [at, one] of profileNames.entries())
    for (const other of profileNames.slice(at + 1)) {
      const [here, there] = [without[one].arguments, without[other].arguments];
      const moved = Object.keys(here)
        .filter((name) => name in there && !mayDiffer.includes(name) && spelled(here[name]) !== spelled(there[name]))
        .map((name) => `${name}: ${JSON.stringify(here[name])}, ${JSON.stringify(there[name])}`);
      assert.equal(moved, [], `${one} and ${other}`);
    }
});

test('optimizer, rate, precision, checkpointing, what is trained, and the rows with their padding and labels come out the same', () => {
  for (const profile of others) assert.equal(without[profile].effective, without[first].effective, profile);
  const { effective } = without[first];
  assert.equal(
    [effective['mixed precision'], effective['gradient checkpointing'], effective['tokens of a longer row'], effective['steps']],
    ['no', true, 128, 5],
  );
  for (const profile of profileNames)
    assert.equal(without[profile].result.targets, without[first].result.targets, 'the layers that are named are those that are trained');
});

test('without dropout the losses are the same', () => {
  for (const profile of others)
    for (const [step, loss] of without[profile].result.losses.entries())
      assert.ok(Math.abs(loss - (without[first].result.losses[step] ?? 0)) <= 1e-3, `${profile}: ${without[profile].result.losses}`);
});

test('with dropout they are as near as other masks leave them', () => {
  for (const profile of profileNames) {
    const [plain, masked] = [without[profile].result.losses, withDropout[profile].result.losses];
    // An adapter begins as nothing, whatever is masked of it: the first loss is the base model's.
    assert.ok(Math.abs((plain[0] ?? 0) - (masked[0] ?? 0)) <= 1e-3, `${profile}: ${masked}`);
    // From the second on each version draws other masks. One in twenty inputs is left out, and the rest weighs more for it: that
    // may cost a part of what the steps have won, here at most a fifth.
    const won = (plain[0] ?? 0) - (plain.at(-1) ?? 0);
    for (const [step, loss] of masked.entries()) assert.ok(Math.abs(loss - (plain[step] ?? 0)) <= won / 5, `${profile}: ${masked}`);
  }
});

let trained: ComparedAdapter[];

test('an adapter of the proof loads under each profile as `model:verify --for` says', async () => {
  const adapters = profileNames.map((profile) => ({ trained: profile, folder: without[profile].adapter }));
  trained = await compareAdapters(environments, models, peft, adapters);
  assert.is(trained.length, profileNames.length ** 2);
  for (const outcome of trained) {
    assert.ok(agrees(outcome), JSON.stringify(outcome));
    assert.ok(outcome.right || outcome.copyIsRight, `one way or the other it loads: ${JSON.stringify(outcome)}`);
  }
});

test('patterns that their versions of PEFT read by other rules: each adapter loads as `model:verify --for` says', async () => {
  const folder = temporaryFolder('just-lora-profiles');
  const adapters = profileNames.flatMap((profile) => {
    const own = path.join(folder, profile);
    inEnvironment(environments[profile], 'patterns.py', models[profile], own);
    return fs.readdirSync(own).map((name) => ({ trained: profile, folder: path.join(own, name) }));
  });
  for (const outcome of await compareAdapters(environments, models, peft, adapters)) {
    assert.ok(agrees(outcome), JSON.stringify(outcome));
    assert.ok(outcome.right || outcome.copyIsRight, `one way or the other it loads: ${JSON.stringify(outcome)}`);
  }
});

test('docs/ENVIRONMENTS.md shows the losses and what loads where: `npm run profiles` writes them', () => {
  const page = fs.readFileSync(path.join(repository, 'docs', 'ENVIRONMENTS.md'), 'utf8');
  assert.is(pageWithTables(page, lossRows(without, withDropout), loadRows(trained, peft)), page);
});

test.run();
