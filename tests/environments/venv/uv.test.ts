import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { uvVersion } from '../../../tasks/environments/python/uv-release';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';
import { noMachineTrust, startTls } from '../../support/tls';
import { uvWheel } from '../../support/uv';

const test = suite<{ project: SmallProject }>('fetching uv');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };
const installer = (project: SmallProject) => JSON.parse(fs.readFileSync(path.join(project.venv, 'just-lora.json'), 'utf8')).installer;

test.before(async (context) => {
  // No uv on PATH.
  context.project = await smallProject({ installer: 'pip' });
  context.project.env.JUST_LORA_PYTHON__INSTALLER = undefined;
});
test.before.each(({ project }) => fs.rmSync(project.venv, { recursive: true, force: true }));
test.after(({ project }) => project.index.close());

test('where the index has none, pip does it, and a setting that wants uv says so', async ({ project }) => {
  const refused = await project.step(['venv'], { JUST_LORA_PYTHON__INSTALLER: 'uv' });
  assert.is(refused.code, 'E_UV_UNAVAILABLE', JSON.stringify(refused));
  assert.is(refused.exitCode, 1);
  const seen = await project.step(['venv']);
  assert.is(seen.outcome, 'changed', JSON.stringify(seen));
  assert.match(installer(project), /^pip \d/);
  assert.ok(isWhole(project, versions));
});

test('where the index shows a certificate that is not trusted, that is said', async ({ project }) => {
  const tls = await startTls(project.index.url);
  const env = { ...noMachineTrust, PIP_INDEX_URL: `${tls.url}/simple/`, JUST_LORA_PYTHON__INSTALLER: 'uv' };
  const refused = await project.step(['venv'], env);
  assert.is(refused.code, 'E_REGISTRY_TLS', JSON.stringify(refused));
  assert.match(refused.found, /^uv [\d.]+ could not be fetched .*certificate/);
  assert.match(refused.fix, /`export SSL_CERT_FILE=\S+ PIP_CERT=\S+`/);
  tls.close();
});

test('one that is not the file we know is not run', async ({ project }) => {
  const wheel = uvWheel();
  project.index.wheels.push({ ...wheel, bytes: Buffer.concat([wheel.bytes, Buffer.from('x')]) });
  const refused = await project.step(['venv'], { JUST_LORA_PYTHON__INSTALLER: 'uv', PIP_NO_CACHE_DIR: '1' });
  assert.is(refused.code, 'E_UV_UNAVAILABLE', JSON.stringify(refused));
  assert.match(refused.tail, /DO NOT MATCH THE HASHES/);
  assert.not.match(refused.tail, /Expected +or/);
  assert.not.ok(fs.existsSync(path.join(project.folder, '.just-lora', 'uv', uvVersion)));
  project.index.wheels.pop();
});

test('it is fetched once, and what a killed run left of it is no hindrance', async ({ project }) => {
  project.index.wheels.push(uvWheel());
  const place = path.join(project.folder, '.just-lora', 'uv', uvVersion);
  fs.mkdirSync(path.join(`${place}.tmp`, 'package', 'bin'), { recursive: true });
  fs.writeFileSync(path.join(`${place}.tmp`, 'package', 'bin', 'uv'), 'half of a program');
  project.index.requests.length = 0;
  const planned = await project.step(['venv', '--plan']);
  assert.equal(project.index.requests, [], 'who only looks fetches nothing');
  assert.is(planned.actions[0].title, `fetch uv ${uvVersion} into the state folder (about 20 MB)`);
  const seen = await project.step(['venv']);
  assert.is(seen.outcome, 'changed', JSON.stringify(seen));
  assert.is(installer(project), `uv ${uvVersion}`);
  assert.ok(isWhole(project, versions));
  assert.equal(fs.readdirSync(path.dirname(place)), [uvVersion]);
  // Whatever is set for other projects in the shell.
  const again = await project.step(['venv', '--force'], {
    UV_VENV_CLEAR: '1',
    UV_CONSTRAINT: '/nowhere',
    PIP_CONSTRAINT: '/nowhere',
    PIP_USER: '1',
  });
  assert.is(again.actions.length, 1, `uv is there now: ${JSON.stringify(again)}`);
});

test('where nothing is to do, nothing is loaded of what builds, fetches or reads rows', async ({ project }) => {
  await project.step(['venv']);
  const list = path.join(project.folder, 'loaded.txt');
  const hook = path.join(project.folder, 'hook.cjs');
  fs.writeFileSync(
    hook,
    `process.on('exit', () => require('fs').writeFileSync(process.env.LOADED, Object.keys(require.cache).join('\\n')));\n`,
  );
  for (const task of ['venv', 'storage']) {
    await project.just([task], { NODE_OPTIONS: `--require "${hook}"`, LOADED: list });
    const loaded = fs.readFileSync(list, 'utf8');
    assert.match(loaded, task === 'venv' ? /venv\/assess/ : /storage\/storage-step/);
    assert.not.match(loaded, /ensure-environment|fetch-uv|make-lock|profile\/choose|data-step|hub\/http/);
  }
});

test('it makes the lock again where the requirements changed; --locked and CI refuse', async ({ project }) => {
  assert.is((await project.step(['venv'])).outcome, 'changed');
  const lock = project.read('requirements-local.lock');
  project.write('requirements-local.txt', '# a comment changes nothing\ngamma==3.0\nalpha==1.0\n');
  assert.is((await project.step(['venv'])).outcome, 'unchanged');
  project.write('requirements-local.txt', 'alpha==2.0\ngamma==3.0\n');
  for (const [args, env] of [
    [['--locked'], {}],
    [[], { CI: 'true' }],
  ] as const) {
    const refused = await project.step(['venv', ...args], env);
    assert.is(refused.code, 'E_LOCK_STALE', JSON.stringify(refused));
    assert.is(refused.exitCode, 1);
    assert.match(refused.fix, /npx just env:local:lock/);
  }
  const seen = await project.step(['venv', '--check']);
  assert.equal(seen.changed, ['requirements-local.txt changed']);
  assert.is(project.read('requirements-local.lock'), lock);
  const made = await project.step(['venv']);
  assert.is(made.outcome, 'changed', JSON.stringify(made));
  assert.match(made.actions[0].title, /^make `requirements-local\.lock`/);
  assert.ok(isWhole(project, { ...versions, alpha: '2.0' }));
  assert.not.match(project.read('requirements-local.lock'), /127\.0\.0\.1|\/tmp/);
});

test('requirements that no versions fit leave the lock as it was', async ({ project }) => {
  const lock = project.read('requirements-local.lock');
  project.write('requirements-local.txt', 'alpha==2.0\nbeta==9\n');
  for (const task of ['venv:lock', 'venv']) {
    const seen = await project.step([task]);
    assert.is(seen.code, 'E_LOCK_UNSOLVABLE', JSON.stringify(seen));
    assert.match(seen.tail, /beta/);
  }
  assert.is(project.read('requirements-local.lock'), lock);
});

test.run();
