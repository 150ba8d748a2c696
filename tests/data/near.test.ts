import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { askNear, type NearAnswer } from '../../tasks/data/near/ask-near';
import { EvenSample } from '../../tasks/data/near/even-sample';
import { saidIn } from '../../tasks/data/near/said';
import { contextWith } from '../support/context';
import { projectCopy, runJust } from '../support/project';
import { pythonWith } from '../support/python';

const test = suite('near duplicates and languages');

/** An environment with the two libraries, as those of requirements-local.txt. */
const prefix = () => path.dirname(path.dirname(pythonWith('datasketch==1.6.4', 'langdetect==1.0.9', 'numpy<2')));

const words = 'the rain of this day began in the early morning and did not end before the late evening came over the hills'.split(' ');
/** Forty words that stand in another order for each number. */
const prose = (seed: number) =>
  Array.from(
    { length: 40 },
    (_, index) => words[(seed * 7 + index * (1 + (seed % 11)) + ((index * index * seed) % 5)) % words.length],
  ).join(' ');

test('of many things some are taken, evenly, and all where they are few', () => {
  const sampled = (count: number) => {
    const sample = new EvenSample<number>(10);
    for (let each = 0; each < count; each++) sample.add(() => each);
    return sample.items;
  };
  assert.equal(sampled(10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(sampled(11), [0, 2, 4, 6, 8, 10]);
  assert.equal(sampled(100), [0, 16, 32, 48, 64, 80, 96]);
});

test('what is said is compared without the system message', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Rain?' },
    { role: 'assistant', content: 'No.'.repeat(3000) },
  ];
  assert.is(saidIn({ shape: 'messages', isChat: true, messages }).slice(0, 12), 'Rain?\nNo.No.');
  assert.is(saidIn({ shape: 'messages', isChat: true, messages }).length, 3000);
});

test('texts that are nearly the same are found once each, equal ones are not, and languages are the same in each run', async () => {
  const context = contextWith({ environments: { local: { path: prefix() } } });
  const german = 'Der Regen begann am frühen Morgen und hörte nicht auf, bevor der späte Abend über die Hügel kam und alles still wurde.';
  const near = `${prose(3)} and now`;
  const texts = [
    prose(1),
    prose(2),
    prose(3),
    prose(3),
    near,
    german,
    `${near} then`,
    '短い',
    '```\ncode only, no language at all here, whatever it may be\n```',
    prose(5),
  ];
  const first = (await askNear(context, texts, () => undefined)) as NearAnswer;
  assert.equal(first.pairs, [
    [4, 2],
    [6, 2],
  ]);
  assert.equal(
    first.languages.filter(([, language]) => language !== 'en'),
    [[5, 'de']],
  );
  assert.equal(
    first.languages.map(([index]) => index),
    [0, 1, 2, 3, 4, 5, 6, 9],
  );
  assert.equal(await askNear(context, texts, () => undefined), first);
});

test('data:check tells them as warnings, with the place of both, and remembers them', async () => {
  const project = projectCopy();
  const file = (name: string) => path.join(project, 'data/processed', name);
  const lines = (...texts: string[]) => texts.map((text) => `${JSON.stringify({ text })}\n`).join('');
  fs.writeFileSync(
    file('train.jsonl'),
    lines(
      ...Array.from({ length: 30 }, (_, index) => prose(index * 13 + 1)),
      `${prose(1)} once more`,
      'Il pleut depuis ce matin et personne ne sait quand cela va finir, dit le vieil homme de la maison.',
    ),
  );
  fs.writeFileSync(file('validation.jsonl'), lines(`${prose(14)} at last`));
  const check = async (path: string, ...args: string[]) => {
    fs.writeFileSync(`${project}/configs/setup.local.yaml`, JSON.stringify({ environments: { local: { path } } }));
    const { exitCode, stdout } = await runJust(project, ['data:check', '--json', ...args], { HF_HUB_OFFLINE: '1' });
    const [step] = JSON.parse(stdout).steps;
    return { exitCode, ...step };
  };
  const without = await check('no-environment');
  assert.equal([without.exitCode, without.data.notLookedAt.length, without.data.near], [0, 1, undefined]);
  assert.match(without.warning, 'near duplicates and languages (`no-environment` is not there: `npx just env:local` brings it)');
  const { exitCode, data } = await check(prefix(), '--force');
  assert.equal([exitCode, data.notLookedAt, data.near.compared, data.near.of], [0, [], 33, 33]);
  const told = Object.fromEntries(
    data.faults.map(({ kind, file, line, detail, count }: Record<string, string>) => [kind, [file, line, detail, count]]),
  );
  assert.equal(told['near-duplicate'], ['data/processed/train.jsonl', 31, 'nearly `data/processed/train.jsonl:1`', 1]);
  assert.equal(told['near-train-and-validation'], ['data/processed/validation.jsonl', 1, 'nearly `data/processed/train.jsonl:2`', 1]);
  assert.equal(told['language']?.slice(0, 2), ['data/processed/train.jsonl', 32]);
  assert.match(String(told['language']?.[2]), /^`fr` by \d+ examples, most of them `en`$/);
  const again = await check(prefix());
  assert.equal([again.actions.length, again.data.near], [0, data.near]);
});

test.run();
