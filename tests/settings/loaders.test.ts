import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thisHost } from '../../tasks/platform';
import { readSettings } from '../../tasks/settings/read/load';
import { valueAt } from '../../tasks/settings/read/merge';
import { repository, temporaryFolder } from '../support/project';
import { python310, pythonWith } from '../support/python';
import { skip } from '../support/skip';
import { type RightCase, rightCases } from './right-cases';
import { wrongCases } from './wrong-cases';

const test = suite('both loaders');

interface Given {
  root: string;
  env: Record<string, string>;
  sets: string[];
  environment: 'local' | 'remote';
}

/** A project that holds the schemas, as each does, and the files of a case. */
function projectOf(files: Readonly<Record<string, string | Buffer>>): string {
  const root = temporaryFolder();
  fs.cpSync(path.join(repository, 'configs', 'schemas'), path.join(root, 'configs', 'schemas'), { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(root, 'configs', name), text);
  return root;
}

const givenOf = ({ files = {}, env = {}, sets = [], environment = 'local' }: Partial<RightCase>): Given => ({
  root: projectOf(files),
  env,
  sets,
  environment,
});

const right = rightCases.map(givenOf);
const wrong = wrongCases.map(({ file = 'configs/setup.yaml', text, env = {}, sets = [] }) => ({
  ...givenOf({ env, sets }),
  root: projectOf(text === undefined ? {} : { [path.basename(file)]: text as string }),
}));

const driver = `
import json, os, sys
sys.path.insert(0, ${JSON.stringify(path.join(repository, 'scripts'))})
from config_loader import ConfigError, load_config
base = dict(os.environ)
answers = []
for case in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(case["env"])
    try:
        answers.append({"config": load_config(case["environment"], case["root"], case["sets"])})
    except ConfigError as error:
        answers.append({"problems": error.problems})
json.dump(answers, sys.stdout)
`;

type Answer = { config?: unknown; problems?: string[] };

const python = python310() ? pythonWith('pyyaml') : undefined;

function answersOf(cases: readonly Given[]): Answer[] {
  const { stdout, stderr, status } = spawnSync(python ?? '', ['-B', '-c', driver], { input: JSON.stringify(cases), encoding: 'utf8' });
  assert.is(status, 0, stderr);
  return JSON.parse(stdout);
}

if (!python) skip(test, 'Python reads what the tasks read', 'no Python 3.10 on this machine');
else {
  const answers = answersOf(right);
  for (const [index, { what, gives }] of rightCases.entries())
    test(`${what}: the same in both`, () => {
      const { root, env, sets, environment } = right[index] as Given;
      const { settings, fault } = readSettings({ ...thisHost(), env }, root, environment, sets);
      assert.is(fault?.tail, undefined);
      for (const [name, value] of Object.entries(gives))
        assert.equal(
          valueAt(
            settings,
            name.split('.').map((key) => key.replace('|', '.')),
          ),
          value,
          name,
        );
      assert.equal(answers[index], { config: JSON.parse(JSON.stringify(settings)) });
    });

  const refused = answersOf(wrong);
  for (const [index, { what, says }] of wrongCases.entries())
    test(`${what}: refused by both`, () => {
      const problems = refused[index]?.problems ?? [];
      assert.is(problems.length, says.length, JSON.stringify(refused[index]));
    });
}

test.run();
