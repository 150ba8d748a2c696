import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../tasks/common/errors';
import type { Context } from '../../tasks/engine/context';
import { withLock } from '../../tasks/engine/lock/lock';
import { silent } from '../../tasks/engine/reporter/reporter';
import { applySteps, checkSteps } from '../../tasks/engine/run';
import type { Finding, Step } from '../../tasks/engine/step';
import { contextWith } from '../support/context';

/** How often a step is looked at, and what is handed from its looks to its plan and its actions, in each mode of a run. */
const test = suite('looks');

type How = 'todo' | 'done' | 'blocked' | 'blind' | 'failing' | 'empty';

type OnLook = (look: number, context: Context) => unknown;

/** A step that writes down what is done with it; each look sees its own number. */
function counted(name: string, how: How, onLook: OnLook = () => undefined) {
  const log: string[] = [];
  let [looks, isDone] = [0, how === 'done'];
  const finding = (): Finding => {
    if (how === 'blind') throw new Error('the eye is shut');
    if (how === 'blocked') return { state: 'blocked', code: 'E_FIXTURE', found: 'no', needed: 'yes', fix: '`true`' };
    return { state: isDone ? 'done' : 'todo', found: 'as it is' };
  };
  const step: Step<number> = {
    name,
    title: name,
    async check(context, depth, _, before) {
      looks++;
      log.push(`look ${depth}${before === undefined ? '' : ` after ${before}`}`);
      await onLook(looks, context);
      return { ...finding(), seen: looks };
    },
    async plan(_, seen) {
      log.push(`plan ${seen}`);
      if (how === 'empty' || how === 'blind') return [];
      return [
        {
          title: 'act',
          async run(_, __, saw) {
            log.push(`act ${saw}`);
            if (how === 'failing') throw new UserError({ code: 'E_FIXTURE', found: 'it broke', fix: '`true`' });
            isDone = true;
          },
        },
      ];
    },
  };
  return { step, log };
}

const acted = ['look quick', 'plan 1', 'act 1', 'look quick after 1'];
const behind = ['look quick', 'plan 1', 'look quick', 'plan 2', 'act 2', 'look quick after 2'];
const planned = ['look quick', 'plan 1'];

/** Runs steps, and says what was done with each. */
async function run(
  kinds: readonly How[],
  { forced = [] as string[], onLook = undefined as OnLook | undefined, project = contextWith({}) } = {},
) {
  const context: Context = { ...project, forced: (step) => forced.includes(step) };
  const steps = kinds.map((how, index) => counted(`${index}`, how, index === 0 ? onLook : undefined));
  const ran = await applySteps(
    steps.map(({ step }) => step),
    context,
    silent,
    { name: 'looks' },
    'quick',
  );
  assert.not.ok(JSON.stringify(ran.steps).includes('"seen"'), 'what was seen stays in the engine');
  return { logs: steps.map(({ log }) => log), ran, context };
}

const cases: [string, readonly How[], string[][], { forced?: string[] }?][] = [
  ['nothing to do: one look each', ['done', 'done'], [['look quick'], ['look quick']]],
  ['the first step that acts: one look before and one after', ['todo', 'done'], [acted, ['look quick', 'look quick']]],
  ['behind a step that is done, the first look counts', ['done', 'todo'], [['look quick'], acted]],
  ['behind a step that acted, one more', ['todo', 'todo', 'done'], [acted, behind, ['look quick', 'look quick']]],
  [
    'forced: by the look that says done',
    ['done', 'done'],
    [['look quick'], ['look quick', 'plan 1', 'act 1', 'look quick after 1']],
    { forced: ['1'] },
  ],
  ['blocked: one look, and none behind it but the first', ['blocked', 'todo'], [['look quick'], planned]],
  ['blocked behind a step that acted: it may have waited for that', ['todo', 'blocked'], [acted, ['look quick', 'look quick']]],
  ['an action that fails: no look after it', ['failing', 'todo'], [['look quick', 'plan 1', 'act 1'], planned]],
  ['a look that fails has seen nothing', ['blind'], [['look quick', 'plan undefined']]],
  ['a plan without actions: nothing new to see', ['empty'], [planned]],
];

for (const [what, kinds, expected, options] of cases)
  test(what, async () => {
    assert.equal((await run(kinds, options)).logs, expected);
  });

test('--plan, --check and validate look once', async () => {
  for (const [depth, withPlan, expected] of [
    ['quick', true, planned],
    ['quick', false, ['look quick']],
    ['full', false, ['look full']],
  ] as const) {
    const [first, second] = [counted('0', 'todo'), counted('1', 'todo')];
    const { seen } = await checkSteps([first.step, second.step], contextWith({}), depth, withPlan);
    assert.equal([first.log, second.log], [expected, expected]);
    assert.equal([seen('0'), seen('none')], [1, undefined]);
  }
});

/** Holds the project as another run does, until the promise ends. @returns when it is held */
const another = ({ host, root }: Context, until: Promise<unknown>) =>
  new Promise<void>((isHeld) => {
    const hold = () => {
      isHeld();
      return until;
    };
    void withLock(host, root, { task: 'another', waitSeconds: 5, onWait: () => undefined }, hold);
  });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const again = [behind, ['look quick', 'look quick']];

test('where the lock has to be waited for, what was seen before does not hold', async () => {
  const { logs } = await run(['todo', 'done'], { onLook: (look, context) => look === 1 && another(context, pause(500)) });
  assert.equal(logs, again);
});

test('nor where another run came and went while ours looked', async () => {
  const onLook: OnLook = async (look, context) => {
    if (look > 1) return;
    await another(context, pause(0));
    await pause(100);
  };
  assert.equal((await run(['todo', 'done'], { onLook })).logs, again);
});

test('nor where another run was at work when ours began to look', async () => {
  const project = contextWith({});
  await another(project, pause(100));
  assert.equal((await run(['todo', 'done'], { project, onLook: (look) => look === 1 && pause(300) })).logs, again);
});

test('nor where another run took the project in the moment before ours', async () => {
  const project = contextWith({});
  let isFirst = true;
  const processStartTime = async (pid: number) => {
    if (isFirst) await another(project, pause(300));
    isFirst = false;
    return project.host.processStartTime(pid);
  };
  const slow = { ...project, host: { ...project.host, processStartTime } };
  assert.equal((await run(['todo', 'done'], { project: slow })).logs, again);
});

test('nor where a run that was killed has left its lock', async () => {
  const project = contextWith({});
  const file = path.join(project.root, '.just-lora', 'lock.json');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify({ id: 'theirs', pid: process.pid, started: 'then', host: project.host.hostname, task: 'another' }));
  assert.equal((await run(['todo', 'done'], { project })).logs, again);
});

test.run();
