import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { optionsFromPlan, syncOptions } from '../../tasks/sync/options';
import { openSession } from '../../tasks/sync/session/open-session';
import { readPlan } from '../../tasks/sync/session/plan-file';
import { contextWith, faultOf } from '../support/context';

const test = suite('what a sync is asked for');

const remotes = { gpu: { host: 'box', path: '/home/me/project' } };

/** A project with a plan in it. */
function withPlan(plan: unknown, options: Record<string, string> = {}, more: object = {}) {
  const context = contextWith({ remotes, ...more }, { plan: 'plan.json', ...options });
  fs.writeFileSync(path.join(context.root, 'plan.json'), typeof plan === 'string' ? plan : JSON.stringify(plan));
  return context;
}

const plan = {
  version: 1,
  task: 'sync:push',
  made: '2026-01-01T00:00:00.000Z',
  remote: openSession(contextWith({ remotes }), 'push').remote,
  folders: [{ name: 'data/processed', required: true, own: [] }],
  filters: { include: ['*.jsonl'], exclude: [] },
  deletes: true,
  maxDelete: 7,
  verify: false,
  files: [],
  states: { here: {}, there: {} },
};

test('the patterns of the command line follow those of the settings', () => {
  const context = contextWith({ sync: { include: ['a'], exclude: ['b'] } }, { include: 'c', exclude: 'd', 'max-delete': '5', delete: '' });
  const { filters, deletes, maxDelete, verify } = syncOptions(context, 'push');
  assert.equal([filters, deletes, maxDelete, verify], [{ include: ['a', 'c'], exclude: ['b', 'd'] }, true, 5, false]);
});

for (const value of ['many', '-1', '1.5', ''])
  test(`--max-delete=${value} is wrong usage`, () => {
    const fault = faultOf(() => syncOptions(contextWith({}, { 'max-delete': value }), 'push'));
    assert.equal([fault.code, fault.exitCode], ['E_USAGE', 2]);
  });

test('a plan says what is done', () => {
  const { folders, filters, deletes, maxDelete, verify, remote } = openSession(withPlan(plan), 'push');
  assert.equal([folders, filters, deletes, maxDelete, verify, remote.name], [plan.folders, plan.filters, true, 7, false, 'gpu']);
  assert.is(optionsFromPlan(withPlan(plan, { verify: '' }), { ...plan, folders: plan.folders }).verify, true);
});

for (const option of ['only', 'include', 'exclude', 'delete', 'max-delete'])
  test(`--${option} is no option of a plan`, () => {
    const fault = faultOf(() => openSession(withPlan(plan, { [option]: '1' }), 'push'));
    assert.equal([fault.code, fault.exitCode], ['E_USAGE', 2]);
  });

for (const [what, text, direction] of [
  ['another task', plan, 'pull'],
  ['no JSON', '{', 'push'],
  ['null', 'null', 'push'],
  ['another version', { ...plan, version: 2 }, 'push'],
  ['no states', { ...plan, states: { here: {} } }, 'push'],
] as [string, unknown, 'push' | 'pull'][])
  test(`a plan of ${what} is refused`, () => {
    const fault = faultOf(() => readPlan(withPlan(text), 'plan.json', direction));
    assert.equal([fault.code, fault.exitCode], ['E_PLAN_FILE', 2]);
  });

test('a plan for a remote that is set otherwise by now is refused', () => {
  const moved = { remotes: { gpu: { ...remotes.gpu, path: '/home/me/other' } } };
  const fault = faultOf(() => openSession(withPlan(plan, {}, moved), 'push'));
  assert.equal([fault.code, fault.exitCode], ['E_PLAN_STALE', 2]);
});

for (const place of ['~', '~/', '.'])
  test(`nothing is deleted in ${place}`, () => {
    const context = contextWith({ remotes: { gpu: { ...remotes.gpu, path: place } } }, { delete: '' });
    assert.equal(faultOf(() => openSession(context, 'push')).code, 'E_DELETE_PLACE');
  });

test.run();
