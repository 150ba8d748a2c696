import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { auditStep } from '../../tasks/audit/audit-step';
import { pinsThatBring } from '../../tasks/audit/brought-by';
import { localEnvironment } from '../../tasks/environments/venv/definition';
import { usualIndex } from '../../tasks/environments/venv/usual-index';
import { type OsvService, osvRecord, osvService } from '../support/osv';
import { repository, temporaryFolder } from '../support/project';
import { python310, pythonWith } from '../support/python';
import { type SmallProject, smallProject } from '../support/small-environment';
import { startTls } from '../support/tls';
import { contextFor } from '../support/transcript';
import { wheel } from '../support/wheels';

interface Audited {
  project: SmallProject;
  osv: OsvService;
}

// Made before the variables of a test point at its own index.
const realUv = path.join(path.dirname(pythonWith('uv')), 'uv');

const test = suite<Audited>('what is known against the packages of a lock');

/** `delta` 1.0 keeps `epsilon` below 2, 1.2 does not; nothing keeps `beta`; `alpha` has a later version. */
const wheels = [
  { name: 'alpha', version: '1.0', requires: ['beta>=1'] },
  { name: 'alpha', version: '1.1', requires: ['beta>=1'] },
  { name: 'alpha', version: '2.0', requires: ['beta>=1'] },
  { name: 'beta', version: '1.5' },
  { name: 'delta', version: '1.0', requires: ['epsilon<2'] },
  { name: 'delta', version: '1.2', requires: ['epsilon>=1'] },
  { name: 'epsilon', version: '1.0' },
  { name: 'epsilon', version: '2.0' },
];

test.before(async (context) => {
  context.osv = await osvService();
  context.project = await smallProject({ wheels, requirements: 'alpha==1.0\ndelta==1.0\n' });
  // Came after the lock was made.
  context.project.index.wheels.push(wheel({ name: 'beta', version: '1.6' }), wheel({ name: 'beta', version: '1.7' }));
});
test.before.each(({ osv, project }) => {
  osv.records.clear();
  osv.ids.clear();
  osv.says = undefined;
  osv.requests.length = 0;
  project.index.yanked = {};
});
test.after(async ({ project, osv }) => {
  await project.index.close();
  await osv.close();
});

/** A vulnerability that versions of a package have. */
function report({ osv }: Audited, id: string, name: string, fixed: string, ...versions: string[]): void {
  osv.records.set(id, osvRecord(id, name, fixed));
  for (const version of versions) osv.ids.set(`${name} ${version}`, [...(osv.ids.get(`${name} ${version}`) ?? []), id]);
}

// biome-ignore lint/suspicious/noExplicitAny: a finding of any state
async function look({ project, osv }: Audited, more: Record<string, string | undefined> = {}, advisories = osv.url): Promise<any> {
  const context = contextFor(project.folder, { env: { ...project.env, ...more }, sets: [`python.advisories=${advisories}`] });
  const before = fs.readdirSync(project.folder);
  try {
    return await auditStep('audit', localEnvironment).check(context, 'quick');
  } finally {
    context.resources.close();
    for (const name of Object.keys(more)) delete process.env[name];
    assert.equal(fs.readdirSync(project.folder), before, 'a look writes nothing');
  }
}

test('nothing is known against any of them', async (audited) => {
  const seen = await look(audited);
  assert.is(seen.state, 'done', seen.found);
  assert.is(seen.found, '4 packages of `requirements-local.lock`: no known vulnerability, none taken back');
  assert.equal(audited.osv.requests, ['/v1/querybatch'], 'one question for all of them');
});

test('each with what keeps it and the smallest change, tried with uv', async (audited) => {
  report(audited, 'GHSA-aaaa-1111-aaaa', 'alpha', '1.1', '1.0');
  report(audited, 'PYSEC-2024-1', 'beta', '1.6', '1.5');
  // The first that mends one has another.
  report(audited, 'PYSEC-2025-2', 'beta', '1.7', '1.6');
  report(audited, 'GHSA-eeee-1111-eeee', 'epsilon', '2.0', '1.0');
  const seen = await look(audited);
  assert.is(seen.state, 'todo', seen.found);
  assert.is(seen.code, 'E_LOCK_ADVISORY');
  assert.is(seen.found, '3 of 4 packages with known vulnerabilities (alpha 1.0, beta 1.5, epsilon 1.0)');
  assert.equal(
    seen.table.slice(1).map(([what, , ...rest]: string[]) => [what, ...rest]),
    [
      ['alpha 1.0', 'alpha==1.0', '`alpha==1.1` instead of `alpha==1.0` in `requirements-local.txt`'],
      ['beta 1.5', 'the lock alone', 'a line `beta>=1.7` in `configs/constraints-local.txt`: every pin lets it'],
      ['epsilon 1.0', 'delta==1.0', '`delta==1.2` instead of `delta==1.0` in `requirements-local.txt`'],
    ],
  );
  const [concern] = seen.data.concerns;
  assert.equal(
    [concern.advisories[0].id, concern.advisories[0].fixed, concern.advisories[0].severity],
    ['GHSA-aaaa-1111-aaaa', ['1.1'], 'moderate'],
  );
});

test('a version that was taken back, with the reason', async (audited) => {
  audited.project.index.yanked = { 'alpha-1.0-py3-none-any.whl': 'breaks on import' };
  const seen = await look(audited);
  assert.match(seen.found, /^1 taken back by whoever published it \(alpha 1\.0\)$/);
  assert.is(seen.table[1][1], 'yanked: breaks on import');
  assert.is(seen.data.concerns[0].yanked, 'breaks on import');
});

test('more than one page of a package, and a withdrawn one', async (audited) => {
  audited.osv.pageSize = 1;
  report(audited, 'PYSEC-2024-1', 'beta', '1.6', '1.5');
  report(audited, 'PYSEC-2024-2', 'beta', '1.6', '1.5');
  report(audited, 'PYSEC-2024-3', 'beta', '1.6', '1.5');
  audited.osv.records.set('PYSEC-2024-3', { ...osvRecord('PYSEC-2024-3', 'beta', '1.6'), withdrawn: '2025-01-01T00:00:00Z' });
  const seen = await look(audited);
  audited.osv.pageSize = 1000;
  assert.equal(
    seen.data.concerns[0].advisories.map(({ id }: { id: string }) => id),
    ['PYSEC-2024-1', 'PYSEC-2024-2'],
  );
});

/** What is not known is never good. */
const silent: Readonly<Record<string, NonNullable<OsvService['says']>>> = {
  'a login page': { status: 200, body: '<html>Sign in</html>', contentType: 'text/html' },
  'a refusal': { status: 403, body: 'Forbidden by policy' },
  'an error of its own': { status: 500, body: '' },
  'fewer answers than questions': { status: 200, body: '{"results": [{}]}' },
  'a record that cannot be read': { status: 200, body: '{"results": [{"vulns": [{"id": "GHSA-aaaa-1111-aaaa"}]}, {}, {}, {}]}' },
};
for (const [what, says] of Object.entries(silent))
  test(`${what} instead of an answer: unknown`, async (audited) => {
    audited.osv.says = says;
    const seen = await look(audited);
    assert.is(seen.state, 'unknown', seen.found);
    assert.match(seen.found, /^whether one has a known vulnerability is unknown: /);
    assert.is(seen.data.vulnerabilities, 'unknown');
  });

test('nobody there, and an index that nobody is at: both are said', async (audited) => {
  const seen = await look(audited, { PIP_INDEX_URL: 'http://127.0.0.1:9/simple' }, 'http://127.0.0.1:9');
  assert.is(seen.state, 'unknown');
  assert.match(seen.found, /vulnerability is unknown: .*127\.0\.0\.1:9.*; whether one was taken back is unknown: .*127\.0\.0\.1:9/);
  const offline = await look(audited, { UV_OFFLINE: '1' });
  assert.match(offline.found, /taken back is unknown: UV_OFFLINE is set/);
});

test('through the proxy that pip is set to, with the address of a mirror below a path', async (audited) => {
  audited.osv.requests.length = 0;
  const clean = { HTTP_PROXY: undefined, HTTPS_PROXY: undefined, http_proxy: undefined, https_proxy: undefined, NO_PROXY: '127.0.0.1' };
  const seen = await look(audited, { ...clean, PIP_PROXY: audited.osv.url }, 'http://osv.corp.invalid');
  assert.is(seen.state, 'done', seen.found);
  assert.equal(audited.osv.requests, ['http://osv.corp.invalid/v1/querybatch']);
});

test('by the certificate that pip is set to, and not without', async (audited) => {
  const { url, authority, close } = await startTls(audited.osv.url);
  const clean = { SSL_CERT_FILE: undefined, REQUESTS_CA_BUNDLE: undefined, CURL_CA_BUNDLE: undefined, PIP_CERT: undefined };
  const refused = await look(audited, clean, url);
  assert.match(refused.found, /vulnerability is unknown: .*certificate/);
  assert.is((await look(audited, { ...clean, PIP_CERT: authority }, url)).state, 'done');
  close();
});

test('a task: exit code 3 with one document, and the project is as it was', async (audited) => {
  report(audited, 'GHSA-aaaa-1111-aaaa', 'alpha', '1.1', '1.0');
  const lock = audited.project.read('requirements-local.lock');
  const seen = await audited.project.step(['venv:lock', '--check', '--audit', '--set', `python.advisories=${audited.osv.url}`]);
  assert.is(seen.exitCode, 3, JSON.stringify(seen));
  assert.is(seen['concerns'][0].name, 'alpha');
  assert.equal(seen['concerns'][0].keptBy, ['alpha==1.0']);
  assert.is(audited.project.read('requirements-local.lock'), lock);
});

test('which of the nine bring a package, by the lock of the repository', () => {
  const lock = fs.readFileSync(path.join(repository, 'requirements-local.lock'), 'utf8');
  const pinned = new Set([
    'pandas',
    'beautifulsoup4',
    'trafilatura',
    'datasets',
    'datasketch',
    'jsonlines',
    'nltk',
    'langdetect',
    'requests',
  ]);
  assert.equal(pinsThatBring(lock, 'aiohttp', pinned), ['datasets']);
  assert.equal(pinsThatBring(lock, 'certifi', pinned), ['datasets', 'requests', 'trafilatura']);
  assert.equal(pinsThatBring(lock, 'requests', pinned), ['datasets', 'requests']);
});

test('uv and pip themselves name the index that they take where none is set', async () => {
  const programs = [
    ['uv', realUv],
    ['python3.10', String(python310())],
  ] as const;
  for (const [name, program] of programs) {
    const bin = temporaryFolder();
    fs.symlinkSync(program, path.join(bin, name));
    const env = {
      PATH: `${bin}${path.delimiter}/usr/bin${path.delimiter}/bin`,
      HOME: temporaryFolder(),
      PIP_INDEX_URL: undefined,
      UV_DEFAULT_INDEX: undefined,
    };
    const context = contextFor(temporaryFolder(), { env });
    try {
      assert.match(String(await usualIndex(context, localEnvironment(context))), /^https:\/\/[\w.]+\/simple$/, name);
    } finally {
      context.resources.close();
    }
  }
});

test.run();
