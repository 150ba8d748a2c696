import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SyntaxFault } from '../../tasks/settings/read/position';
import { parseYaml } from '../../tasks/settings/read/yaml';
import { repository } from '../support/project';
import { python310, pythonWith } from '../support/python';
import { skip } from '../support/skip';
import { yamlTexts } from './yaml-texts';

const test = suite('YAML: the tasks and Python say the same');

/** Python's answers: `[value]` or a place and why. Numbers as text, since JSON has no endless ones. */
const driver = `
import json, sys
sys.path.insert(0, ${JSON.stringify(path.join(repository, 'scripts'))})
from config_files import Fault, parse_yaml
def plain(value):
    if isinstance(value, bool) or value is None or isinstance(value, str): return value
    if isinstance(value, (int, float)): return {"number": "nan" if value != value else repr(float(value))}
    if isinstance(value, list): return [plain(one) for one in value]
    return {"pairs": [[key, plain(one)] for key, one in value.items()]}
answers = []
for text in json.load(sys.stdin):
    try:
        answers.append({"value": plain(parse_yaml(text)[0])})
    except Fault as fault:
        answers.append({"fault": str(fault), "place": fault.place})
json.dump(answers, sys.stdout)
`;

type Answer = { value: unknown } | { fault: string; place: string };

function plain(value: unknown): unknown {
  if (typeof value === 'number') return { number: Number.isNaN(value) ? 'nan' : value };
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value ?? null;
  return { pairs: Object.entries(value).map(([key, one]) => [key, plain(one)]) };
}

/** Python's numbers as JavaScript has them; pairs in one order. */
function asJs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJs);
  if (value === null || typeof value !== 'object') return value;
  const { number, pairs } = value as { number?: string | number; pairs?: [string, unknown][] };
  if (number !== undefined) return { number: number === 'nan' ? 'nan' : Number(String(number).replace('inf', 'Infinity')) };
  return { pairs: (pairs ?? []).map(([key, one]) => [key, asJs(one)]).sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)) };
}

function ours(text: string): Answer {
  try {
    return { value: plain(parseYaml(text).value) };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { fault: error.message, place: `${error.position.line}:${error.position.column}` };
  }
}

const python = python310() ? pythonWith('pyyaml') : undefined;
const what = 'of 3,000 texts none has another verdict or value';
if (!python) skip(test, what, 'no Python 3.10 on this machine');
else
  test(what, () => {
    const texts = yamlTexts(3000);
    const { stdout, stderr, status } = spawnSync(python, ['-B', '-c', driver], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    assert.is(status, 0, stderr);
    const theirs: Answer[] = JSON.parse(stdout);
    const different = texts.flatMap((text, index) => {
      const [one, other] = [ours(text), theirs[index] as Answer];
      const same =
        'value' in one && 'value' in other
          ? JSON.stringify(asJs(one.value)) === JSON.stringify(asJs(other.value))
          : 'fault' in one && 'fault' in other;
      return same ? [] : [`${JSON.stringify(text)}\n  tasks:  ${JSON.stringify(one)}\n  Python: ${JSON.stringify(other)}`];
    });
    const accepted = theirs.filter((one) => 'value' in one).length;
    assert.ok(accepted > 600 && accepted < 2700, `${accepted} of them are YAML`);
    assert.is(different.length, 0, different.slice(0, Number(process.env['SHOW'] ?? 5)).join('\n'));
  });

test.run();
