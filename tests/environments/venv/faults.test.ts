import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../../../tasks/common/hash';
import { meaningOf } from '../../../tasks/environments/venv/lock/lock-file';
import { isWhole, type SmallProject, smallProject, smallWheels } from '../../support/small-environment';
import { noMachineTrust, startTls } from '../../support/tls';
import { wheel } from '../../support/wheels';

const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };
const newer = { ...versions, alpha: '2.0' };
// A fault is to be told, not waited for.
const impatient = { UV_HTTP_RETRIES: '0', PIP_RETRIES: '0' };

interface Case {
  project: SmallProject;
}

for (const installer of ['uv', 'pip'] as const) {
  const test = suite<Case>(`faults with ${installer}`);
  test.before(async (context) => {
    context.project = await smallProject({ installer });
    assert.is((await context.project.step(['venv'])).outcome, 'changed');
  });
  test.after(({ project }) => project.index.close());

  /** Something fails while version 2.0 of alpha is to come: the environment with 1.0 stays. */
  const failsWith = async (project: SmallProject, code: string, tail: RegExp) => {
    const cache = { UV_CACHE_DIR: path.join(project.folder, '..', `cache-${code}`), PIP_NO_CACHE_DIR: '1' };
    const seen = await project.step(['venv'], { ...impatient, ...cache });
    assert.is(seen.code, code, JSON.stringify(seen));
    assert.is(seen.exitCode, 1);
    assert.match(seen.tail, tail);
    assert.ok(seen.fix);
    assert.ok(isWhole(project, versions), 'the environment before is in place');
    assert.not.ok(fs.existsSync(`${project.venv}.before`));
    const after = await project.step(['venv', '--check']);
    assert.is(after.state, 'todo', JSON.stringify(after));
  };
  const locked = (project: SmallProject) => {
    const requirements = project.read('requirements-local.txt');
    project.write('requirements-local.txt', 'alpha==2.0\ngamma==3.0\n');
    const lock = project.read('requirements-local.lock');
    // The lock as uv would make it, without a cache that knows the wheel already.
    const [from, to] = ['1.0', '2.0'].map((version) => wheel({ ...(smallWheels[0] as (typeof smallWheels)[0]), version }).sha256);
    project.write(
      'requirements-local.lock',
      lock
        .replace('alpha==1.0', 'alpha==2.0')
        .replace(from as string, to as string)
        .replace(sha256(meaningOf(requirements)), sha256(meaningOf(project.read('requirements-local.txt')))),
    );
    return () => {
      project.write('requirements-local.txt', requirements);
      project.write('requirements-local.lock', lock);
    };
  };

  test('a wrong hash', async ({ project }) => {
    const restore = locked(project);
    project.write('requirements-local.lock', project.read('requirements-local.lock').replace(/sha256:[0-9a-f]{8}/, 'sha256:00000000'));
    await failsWith(project, 'E_HASH_MISMATCH', /hash/i);
    restore();
  });

  test('a download that is cut short', async ({ project }) => {
    const restore = locked(project);
    project.index.cutShort = true;
    await failsWith(project, 'E_REGISTRY_UNREACHABLE', /./);
    project.index.cutShort = false;
    restore();
  });

  test('a wheel that is damaged, under the very hash of the lock', async ({ project }) => {
    const restore = locked(project);
    const whole = project.index.wheels;
    const damaged = whole.map((one) => {
      const bytes = one.name === 'alpha' && one.version === '2.0' ? one.bytes.subarray(0, one.bytes.length - 200) : one.bytes;
      return { ...one, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    });
    project.index.wheels = damaged;
    const [good, bad] = [whole, damaged].map((wheels) => wheels.find(({ name, version }) => name === 'alpha' && version === '2.0')?.sha256);
    project.write('requirements-local.lock', project.read('requirements-local.lock').replace(good as string, bad as string));
    await failsWith(project, 'E_PACKAGE_BROKEN', /alpha/);
    project.index.wheels = whole;
    restore();
  });

  test('an index that cannot be reached', async ({ project }) => {
    const restore = locked(project);
    const { env } = project;
    const url = env.PIP_INDEX_URL;
    env.PIP_INDEX_URL = 'http://127.0.0.1:9/simple/';
    await failsWith(project, 'E_REGISTRY_UNREACHABLE', /./);
    env.PIP_INDEX_URL = url;
    restore();
  });

  test('a certificate that this machine does not trust, until its authority is named as the fix says', async ({ project }) => {
    const restore = locked(project);
    const { env } = project;
    const url = env.PIP_INDEX_URL;
    const tls = await startTls(project.index.url);
    Object.assign(env, noMachineTrust, { PIP_INDEX_URL: `${tls.url}/simple/` });
    await failsWith(project, 'E_REGISTRY_TLS', /certificate/i);
    const refused = await project.step(['venv'], impatient);
    assert.match(refused.found, /certificate of the server, or of a proxy before it/);
    assert.match(refused.fix, /`export SSL_CERT_FILE=\S+ PIP_CERT=\S+`/);
    const trusted = await project.step(['venv'], { ...impatient, SSL_CERT_FILE: tls.authority, PIP_CERT: tls.authority });
    assert.is(trusted.outcome, 'changed', JSON.stringify(trusted));
    assert.ok(isWhole(project, newer));
    tls.close();
    env.PIP_INDEX_URL = url;
    restore();
    const back = await project.step(['venv']);
    assert.is(back.outcome, 'changed', JSON.stringify(back));
  });

  test('a lock that cannot be read', async ({ project }) => {
    const lock = project.read('requirements-local.lock');
    for (const text of [`<<<<<<< ours\n${lock}`, lock.slice(0, lock.lastIndexOf('--hash') + 20), lock.replace(/^gamma(.|\n)*/m, ''), '']) {
      project.write('requirements-local.lock', text);
      const seen = await project.step(['venv']);
      assert.is(seen.code, 'E_LOCK_CORRUPT', JSON.stringify(seen));
      assert.is(seen.exitCode, 1);
      assert.ok(isWhole(project, versions));
    }
    project.write('requirements-local.lock', lock);
    assert.is((await project.step(['venv'])).outcome, 'unchanged');
  });

  test('and once the fault is gone, the next run goes on', async ({ project }) => {
    locked(project);
    const seen = await project.step(['venv']);
    assert.is(seen.outcome, 'changed');
    assert.equal(seen.changed, ['requirements-local.lock changed', 'requirements-local.txt changed'].sort().reverse());
    assert.ok(isWhole(project, newer));
  });

  test.run();
}
