import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { UserError } from '../../tasks/common/errors';
import { statusSteps } from '../../tasks/sync/status-steps';
import { contextWith } from '../support/context';
import { projectCopy, repository, runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { freePort, listening } from '../support/sshd';
import { contents } from '../support/sync';
import { synced } from '../support/sync-here';
import { startWatched } from '../support/watch';

const test = suite('sync by rclone');

const missing = spawnSync('rclone', ['version']).status === 0 ? undefined : 'no rclone: install rclone';

/** A real S3 server on loopback, with one bucket. */
async function s3(): Promise<{ port: number; folder: string }> {
  const [port, folder] = [await freePort(), temporaryFolder('jl-s3')];
  const server = path.join(repository, 'node_modules/s3rver/bin/s3rver.js');
  const where = ['-d', folder, '-p', String(port), '-a', '127.0.0.1'];
  startWatched(process.execPath, [server, ...where, '--configure-bucket', 'lora', '--no-vhost-buckets', '-s']);
  await listening(port);
  return { port, folder };
}

/** What rclone's S3 client would take from this machine. */
const noMachine = { AWS_CA_BUNDLE: undefined, HTTP_PROXY: undefined, http_proxy: undefined };

/** The S3 server as rclone's remote `store`. */
const storeOn = (port: number) => ({
  ...noMachine,
  RCLONE_CONFIG_STORE_TYPE: 's3',
  RCLONE_CONFIG_STORE_PROVIDER: 'Other',
  RCLONE_CONFIG_STORE_ENDPOINT: `http://127.0.0.1:${port}`,
  RCLONE_CONFIG_STORE_ACCESS_KEY_ID: 'S3RVER',
  RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: 'S3RVER',
  RCLONE_CONFIG_STORE_FORCE_PATH_STYLE: 'true',
});

async function trip(remote: object, more: Record<string, string | undefined>): Promise<void> {
  const env = { ...noMachine, ...more };
  const project = projectCopy();
  const configure = (more: object) =>
    fs.writeFileSync(
      path.join(project, 'configs/setup.local.yaml'),
      JSON.stringify({
        remotes: { gpu: { type: 'rclone', ...remote } },
        sync: { push: ['data/processed'], pull: ['data/processed'] },
        ...more,
      }),
    );
  configure({});
  const json = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await runJust(project, [...args, '--json'], env);
    return { ...JSON.parse(stdout), exitCode, stderr };
  };
  const data = path.join(project, 'data/processed');
  fs.mkdirSync(path.join(data, 'sub'));
  fs.writeFileSync(path.join(data, 'train.jsonl'), 'x'.repeat(200_000));
  fs.writeFileSync(path.join(data, 'sub/eval.jsonl'), 'eval');
  assert.is((await json('sync:pull')).steps[1].code, 'E_SOURCE_MISSING');
  const first = await json('sync:push', '--verify');
  assert.is(first.exitCode, 0, first.stderr);
  assert.equal([first.steps.at(-1).state, first.outcome], ['done', 'changed']);
  assert.is((await json('sync:push', '--verify')).outcome, 'unchanged');
  const wanted = contents(data);
  fs.rmSync(data, { recursive: true });
  fs.mkdirSync(data);
  const pulled = await json('sync:pull');
  assert.is(pulled.exitCode, 0, pulled.stderr);
  assert.equal(contents(data), wanted);
  fs.writeFileSync(path.join(data, 'third'), '3');
  fs.rmSync(path.join(data, 'sub/eval.jsonl'));
  const status = await json('sync:status');
  assert.equal(
    [status.exitCode, status.steps[1].onlyHere, status.steps[1].onlyThere],
    [3, ['data/processed/third'], ['data/processed/sub/eval.jsonl']],
  );
  const second = await json('sync:push', '--delete');
  assert.is(second.exitCode, 0, second.stderr);
  assert.is((await json('sync:status')).exitCode, 0);
  fs.writeFileSync(path.join(data, 'new\nline'), 'x');
  const named = (await json('sync:push')).steps.at(-1);
  assert.is(named.code, 'E_NAME');
  assert.not.match(named.fix, 'rsync');
}

if (missing) skip(test, 'sync by rclone', missing);
else {
  test('to S3 and back', async () => {
    const { port } = await s3();
    await trip({ host: 'store', path: 'lora/project' }, { ...storeOn(port), HOME: temporaryFolder('jl') });
  });

  test('a bucket that is not there, and credentials that are not accepted, are told', async () => {
    const { port } = await s3();
    const project = projectCopy();
    fs.writeFileSync(path.join(project, 'data/processed/a'), 'a');
    const settings = { remotes: { gpu: { type: 'rclone', host: 'store', path: 'nowhere/project' } }, sync: { push: ['data/processed'] } };
    fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), JSON.stringify(settings));
    const codes = async (more: Record<string, string>) => {
      const { stdout } = await runJust(project, ['sync:push', '--json'], { ...storeOn(port), HOME: temporaryFolder('jl'), ...more });
      return JSON.parse(stdout).steps.map(({ code }: { code?: string }) => code);
    };
    assert.equal(await codes({ RCLONE_CONFIG_STORE_ACCESS_KEY_ID: 'another' }), ['E_RCLONE_LOGIN', undefined]);
    // By default rclone makes the bucket.
    assert.equal(await codes({ RCLONE_CONFIG_STORE_NO_CHECK_BUCKET: 'true' }), [undefined, 'E_RCLONE_BUCKET']);
  });

  test('to a folder by the local backend and back', async () => {
    await trip({ host: null, path: `:local:${path.join(temporaryFolder('jl-store'), 'project')}` }, { HOME: temporaryFolder('jl') });
  });

  test('a remote that rclone does not know, and one that does not answer, are told apart', async () => {
    const project = projectCopy();
    fs.writeFileSync(
      path.join(project, 'configs/setup.local.yaml'),
      JSON.stringify({ remotes: { gpu: { type: 'rclone', host: 'nowhere', path: 'lora/project' } } }),
    );
    const unknown = await runJust(project, ['sync:remotes', '--json'], { HOME: temporaryFolder('jl') });
    assert.is(JSON.parse(unknown.stdout).steps[0].code, 'E_RCLONE_REMOTE');
    const env = {
      ...noMachine,
      HOME: temporaryFolder('jl'),
      RCLONE_CONFIG_NOWHERE_TYPE: 's3',
      RCLONE_CONFIG_NOWHERE_PROVIDER: 'Other',
      RCLONE_CONFIG_NOWHERE_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      RCLONE_CONFIG_NOWHERE_ACCESS_KEY_ID: 'k',
      RCLONE_CONFIG_NOWHERE_SECRET_ACCESS_KEY: 'secret-value',
    };
    const silent = await runJust(project, ['sync:remotes', '--json'], env);
    assert.is(JSON.parse(silent.stdout).steps[0].code, 'E_RCLONE_UNREACHABLE');
    assert.not.match(silent.stdout + silent.stderr, /secret-value/);
  });

  test('a file that grows while it is sent is told by name', async () => {
    const store = path.join(temporaryFolder('jl-store'), 'project');
    const context = contextWith({ remotes: { gpu: { type: 'rclone', host: null, path: `:local:${store}` } }, sync: { push: ['data'] } });
    const file = path.join(context.root, 'data/grows');
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, Buffer.alloc(150_000_000));
    const writer = setInterval(() => fs.appendFileSync(file, 'more'), 5);
    const { code, found } = await synced(context, 'push');
    clearInterval(writer);
    assert.is(code, 'E_CHANGED_WHILE_SENT', found);
    assert.match(found, /grows/);
  });

  test('one bad name in a folder does not keep the look from another', async () => {
    const store = path.join(temporaryFolder('jl-store'), 'project');
    const context = contextWith({
      remotes: { gpu: { type: 'rclone', host: null, path: `:local:${store}` } },
      sync: { push: ['data'], pull: ['adapters'] },
    });
    for (const folder of ['data', 'adapters']) fs.mkdirSync(path.join(store, folder), { recursive: true });
    fs.writeFileSync(path.join(store, 'adapters/a.bin'), 'adapter');
    fs.mkdirSync(path.join(context.root, 'data'));
    fs.writeFileSync(path.join(context.root, 'data/new\nline'), 'x');
    const looks = await Promise.all(
      statusSteps(context).map(
        async (step) => [step.name, await step.check(context, 'full').catch((error: UserError) => error.fault)] as const,
      ),
    );
    const [, data, adapters] = looks.map(([, look]) => look as { code?: string; found: string });
    assert.is(data?.code, 'E_NAME');
    assert.is(adapters?.found, '1 only there');
    // A name there that is no path: two ways of writing one.
    fs.writeFileSync(Buffer.concat([Buffer.from(`${store}/data/a`), Buffer.from([0xff])]), '1');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${store}/data/a`), Buffer.from([0xfe])]), '2');
    fs.rmSync(path.join(context.root, 'data/new\nline'));
    fs.writeFileSync(path.join(context.root, 'data/b'), 'x');
    const again = await Promise.all(
      statusSteps(context).map(
        (step): Promise<{ code?: string; found: string }> => step.check(context, 'full').catch((error: UserError) => error.fault),
      ),
    );
    assert.equal([again[1]?.code, again[2]?.found], ['E_REMOTE_ANSWER', '1 only there']);
  });
}

test.run();
