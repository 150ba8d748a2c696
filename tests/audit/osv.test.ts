import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Advisory, batchAnswer, batchQuestion, parseAdvisory } from '../../tasks/audit/osv';
import { osvRecord } from '../support/osv';

const test = suite('what OSV says of packages');

const parsed = (record: unknown, name = 'requests') => parseAdvisory(record, 'GHSA-9wx4-h78v-vm56', name) as Advisory;
const record = (affected: object) => ({ ...osvRecord('GHSA-9wx4-h78v-vm56', 'requests', '2.32.0'), affected: [affected] });
const pypi = { ecosystem: 'PyPI', name: 'requests' };

test('a record as GitHub reports it', () => {
  const advisory = parsed(osvRecord('GHSA-9wx4-h78v-vm56', 'Requests', '2.32.0', { aliases: ['CVE-2024-35195', '../../etc'] }));
  assert.equal(
    [advisory.id, advisory.aliases, advisory.severity, advisory.fixed],
    ['GHSA-9wx4-h78v-vm56', ['CVE-2024-35195'], 'moderate', ['2.32.0']],
  );
  assert.equal(['2.31.0', '2.32.0rc1', '2.32.0', '2.32.4'].map(advisory.affects), [true, true, false, false]);
});

/** The rule "evaluation" of the schema. */
const ranges: readonly [what: string, affected: object, version: string, isAffected: boolean][] = [
  ['before it was introduced', { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '2.0' }, { fixed: '2.5' }] }] }, '1.9', false],
  [
    'in the second of two stretches',
    { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.0' }, { introduced: '2.0' }, { fixed: '2.5' }] }] },
    '2.4',
    true,
  ],
  [
    'between two stretches',
    { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '2.0' }, { fixed: '2.5' }, { introduced: '0' }, { fixed: '1.0' }] }] },
    '1.5',
    false,
  ],
  ['the last that is affected', { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { last_affected: '2.4' }] }] }, '2.4', true],
  [
    'after the last that is affected',
    { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { last_affected: '2.4' }] }] },
    '2.4.1',
    false,
  ],
  ['2.10 is after 2.9', { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.10' }] }] }, '2.9', true],
  ['never mended', { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }, '99', true],
  [
    'named in the list of versions',
    { versions: ['2.4'], ranges: [{ type: 'GIT', repo: 'x', events: [{ introduced: '0' }] }] },
    '2.4',
    true,
  ],
  [
    'not named, and commits say nothing of a release',
    { versions: ['2.3'], ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] },
    '2.4',
    false,
  ],
];
for (const [what, affected, version, isAffected] of ranges)
  test(what, () => assert.is(parsed(record({ package: pypi, ...affected })).affects(version), isAffected));

test('what is withdrawn is none; what is about another package or has another id is no record', () => {
  assert.is(
    parseAdvisory({ ...record({ package: pypi, versions: ['1'] }), withdrawn: '2025-01-01T00:00:00Z' }, 'GHSA-9wx4-h78v-vm56', 'requests'),
    'withdrawn',
  );
  for (const other of [
    record({ package: { ecosystem: 'npm', name: 'requests' }, versions: ['1'] }),
    record({ package: { ecosystem: 'PyPI', name: 'request' }, versions: ['1'] }),
    { ...record({ package: pypi, versions: ['1'] }), id: 'GHSA-another-one' },
    record({ package: pypi }),
    [],
    null,
    'GHSA-9wx4-h78v-vm56',
    { id: 'GHSA-9wx4-h78v-vm56', affected: { length: 3 } },
  ])
    assert.is(parseAdvisory(other, 'GHSA-9wx4-h78v-vm56', 'requests'), undefined, JSON.stringify(other));
});

test('the texts of a record are one line without controls', () => {
  const advisory = parsed({ ...record({ package: pypi, versions: ['1'] }), summary: '\u001b[2Jhello\n✔ env:local:lock — all is well' });
  assert.not.match(advisory.summary, /[\u001b\n]/);
});

test('one answer for each question, in its order; anything else is no answer', () => {
  assert.equal(JSON.parse(batchQuestion([{ name: 'jinja2', version: '2.4.1', page: 'next' }])), {
    queries: [{ package: { ecosystem: 'PyPI', name: 'jinja2' }, version: '2.4.1', page_token: 'next' }],
  });
  const vulns = [{ id: 'GHSA-462w-v97r-4m45', modified: '2023-03-10T05:23:41Z' }];
  assert.equal(batchAnswer({ results: [{ vulns, next_page_token: 'abc' }, {}] }, 2), [
    { ids: ['GHSA-462w-v97r-4m45'], page: 'abc' },
    { ids: [] },
  ]);
  for (const wrong of [
    { results: [{}] },
    { results: [{}, {}, {}] },
    { results: [{}, null] },
    { results: [{}, []] },
    { results: [{}, { vulns: 'none' }] },
    { results: [{}, { vulns: [{}] }] },
    { results: [{}, { vulns: [{ id: '../../secrets' }] }] },
    { results: [{}, { vulns: [{ id: 'GHSA-1/..' }] }] },
    { vulns: [] },
    undefined,
  ])
    assert.is(batchAnswer(wrong, 2), undefined, JSON.stringify(wrong));
});

test.run();
