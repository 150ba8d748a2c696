import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRecordNames, parseRecords } from '../../tasks/engine/records/fetched-records';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { snapshot } from '../support/steps';
import { pair } from '../support/sync';

const test = suite('report: fetch');

const record = (startedAt: string, found: string): string =>
  JSON.stringify({
    version: 1,
    task: 'setup:remote',
    outcome: 'changed',
    startedAt,
    durationMs: 7,
    steps: [{ name: 'gpu', title: 'GPU', state: 'done', found, actions: [], durationMs: 1 }],
    versions: {},
  });

test('names lead nowhere else, and what was cut off is left out', () => {
  assert.equal(parseRecordNames('just-lora-begin\na-1.json\n../b.json\n-x.json\n.c.json\nd e.json\njust-lora-end\n'), ['a-1.json']);
  assert.is(parseRecordNames('just-lora-begin\na.json\n'), undefined);
  const bytes = Buffer.from(record('2026-01-01T00:00:00.000Z', 'ü'));
  const text = `record a.json ${bytes.length}\n${bytes.toString('latin1')}\nrecord ../b.json 2\n{}\nrecord c.json 0\n\nrecord e.json 2\n{}\nrecord d.json 99\n{`;
  const records = parseRecords(text, ['a.json', '../b.json', 'c.json', 'd.json']);
  assert.equal([...records.keys()], ['a.json', 'c.json']);
  assert.is(JSON.parse(records.get('a.json') ?? '').steps[0].found, 'ü');
  assert.is(records.get('c.json'), '');
});

test('what is no record is kept as empty, and what is one without what it does not need', () => {
  const text = (json: string) => `record a.json ${json.length}\n${json}\n`;
  const kept = (json: string) => parseRecords(text(json), ['a.json']).get('a.json');
  assert.is(kept('{"task":7}'), '');
  assert.is(kept('not JSON'), '');
  const more = { ...JSON.parse(record('2026-01-01T00:00:00.000Z', 'fine')), more: 'x', __proto__: null };
  assert.not.match(kept(JSON.stringify(more)) ?? '', /more/);
});

test('as many names as are kept, and the newest of them', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `r${String(index).padStart(5, '0')}.json`);
  const read = parseRecordNames(`just-lora-begin\n${names.join('\n')}\n${'y'.repeat(300)}.json\njust-lora-end\n`) ?? [];
  assert.equal([read.length, read.at(-1)], [200, 'r04999.json']);
});

if (noSshd) skip(test, 'report --remote', noSshd);
else
  test('--remote brings the records of a machine, and changes nothing there', async () => {
    const { json, project, there, sshd } = await pair();
    const page = () => fs.readFileSync(path.join(project, '.just-lora/report.html'), 'utf8');
    const none = await json('report', '--remote=gpu');
    assert.is(none.exitCode, 0, none.stderr);
    assert.is(none.steps[0].state, 'done');
    assert.match(none.steps[0].found, 'no run yet');
    assert.not.ok(fs.existsSync(there));
    assert.match(page(), /Remote <strong>gpu<\/strong>.*no runs[\s\S]*<h2>No runs yet<\/h2>/);
    assert.is((await json('report', '--remote=gpu')).outcome, 'unchanged');
    const runs = path.join(there, '.just-lora/runs');
    fs.mkdirSync(runs, { recursive: true });
    fs.writeFileSync(path.join(runs, '2026-01-01-setup-remote-1.json'), record('2026-01-01T00:00:00.000Z', 'an old card, für immer'));
    fs.writeFileSync(path.join(runs, '2026-01-02-setup-remote-2.json'), record('2026-01-02T00:00:00.000Z', 'a new card, `naïve`'));
    fs.writeFileSync(path.join(runs, 'huge.json'), Buffer.alloc(2_000_000, 'x'));
    fs.writeFileSync(path.join(runs, 'a b.json'), '{}');
    const before = snapshot(there);
    assert.is((await json('report', '--remote=gpu', '--check')).exitCode, 3);
    const first = await json('report', '--remote=gpu');
    assert.is(first.outcome, 'changed', first.stderr);
    assert.match(page(), 'a new card, <code>naïve</code>');
    assert.match(page(), '1 more could not be read');
    assert.is((await json('report', '--remote=gpu')).outcome, 'unchanged');
    fs.rmSync(path.join(runs, '2026-01-02-setup-remote-2.json'));
    fs.writeFileSync(path.join(runs, '2026-01-03-setup-remote-3.json'), record('2026-01-03T00:00:00.000Z', 'the newest card'));
    await json('report', '--remote=gpu');
    assert.match(page(), 'the newest card');
    assert.equal(fs.readdirSync(path.join(project, '.just-lora/remotes/gpu/runs')), [
      '2026-01-01-setup-remote-1.json',
      '2026-01-03-setup-remote-3.json',
      'huge.json',
    ]);
    fs.rmSync(path.join(runs, '2026-01-03-setup-remote-3.json'));
    fs.writeFileSync(path.join(runs, '2026-01-02-setup-remote-2.json'), record('2026-01-02T00:00:00.000Z', 'a new card, `naïve`'));
    assert.is(snapshot(there).replace(/ \S+ \S+$/gm, ''), before.replace(/ \S+ \S+$/gm, ''));
    assert.is((await json('report', '--remote=other')).exitCode, 2);
    sshd.stop();
    const dead = await json('report', '--remote=gpu', '--set', 'remotes.gpu.port=1');
    assert.is(dead.exitCode, 1);
    assert.match(dead.steps[0].code, /^E_SSH_/);
    assert.match(page(), 'the newest card');
  });

if (!noSshd)
  test('sync:pull brings the records along with the adapters', async () => {
    const { json, project, there } = await pair();
    fs.mkdirSync(path.join(there, 'adapters'), { recursive: true });
    fs.writeFileSync(path.join(there, 'adapters', 'notes.txt'), 'trained');
    fs.mkdirSync(path.join(there, '.just-lora/runs'), { recursive: true });
    fs.writeFileSync(path.join(there, '.just-lora/runs/2026-01-01-a-1.json'), record('2026-01-01T00:00:00.000Z', 'a card'));
    const pulled = await json('sync:pull');
    assert.is(pulled.exitCode, 0, pulled.stderr);
    assert.ok(fs.existsSync(path.join(project, '.just-lora/remotes/gpu/runs/2026-01-01-a-1.json')));
    assert.equal(
      (await json('report')).steps[0].verdicts.map(({ machine }: { machine: string }) => machine),
      ['this machine', 'gpu'],
    );
  });

test.run();
