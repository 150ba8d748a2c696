import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { freePort, listening } from '../support/sshd';
import { startWatched } from '../support/watch';

/** Stores that tell no checksums, or no times, with the real rclone. */
const test = suite('sync by rclone without checksums');

const missing = spawnSync('rclone', ['version']).status === 0 ? undefined : 'no rclone: install rclone';

function projectOn(host: string, env: Record<string, string | undefined>) {
  const project = projectCopy();
  const settings = { remotes: { gpu: { type: 'rclone', host, path: 'lora' } }, sync: { push: ['data/processed'], pull: [] } };
  fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), JSON.stringify(settings));
  const own = { HTTP_PROXY: undefined, http_proxy: undefined, HOME: temporaryFolder('jl'), ...env };
  return {
    file: path.join(project, 'data/processed/train.jsonl'),
    rclone: (...args: string[]) => execFileSync('rclone', args, { env: { ...process.env, ...own }, encoding: 'utf8' }),
    async last(...args: string[]) {
      const { stdout, stderr, exitCode } = await runJust(project, [...args, '--json'], own);
      const document = JSON.parse(stdout);
      return { ...document, exitCode, stderr, step: document.steps.at(-1) };
    },
  };
}

if (missing) skip(test, 'sync by rclone without checksums', missing);
else {
  test('--verify of a crypt remote reads every byte, and says so', async () => {
    const store = temporaryFolder('jl-store');
    const { file, rclone, last } = projectOn('cr', {
      RCLONE_CONFIG_CR_TYPE: 'crypt',
      RCLONE_CONFIG_CR_REMOTE: store,
      RCLONE_CONFIG_CR_PASSWORD: execFileSync('rclone', ['obscure', 'x'], { encoding: 'utf8' }).trim(),
    });
    fs.writeFileSync(file, 'x'.repeat(1000));
    const planned = await last('sync:push', '--verify', '--check');
    assert.match(planned.step.warning, 'tells no checksums: `--verify` fetches every file');
    const first = await last('sync:push', '--verify');
    assert.is(first.exitCode, 0, first.stderr);
    assert.match(first.step.found, 'byte by byte, with a manifest');
    const { mtime } = fs.statSync(file);
    const other = path.join(temporaryFolder('jl'), 'other');
    fs.writeFileSync(other, 'y'.repeat(1000));
    fs.utimesSync(other, mtime, mtime);
    rclone('copyto', '--ignore-times', other, 'cr:lora/data/processed/train.jsonl');
    const mended = await last('sync:push', '--verify');
    assert.equal([mended.exitCode, mended.outcome], [0, 'changed'], mended.stderr);
    assert.is(rclone('cat', 'cr:lora/data/processed/train.jsonl'), 'x'.repeat(1000));
    assert.is((await last('sync:push', '--verify')).outcome, 'unchanged');
  });

  test('an http remote, which can only be read, says so', async () => {
    const [port, folder] = [await freePort(), temporaryFolder('jl-http')];
    fs.mkdirSync(path.join(folder, 'lora/data/processed'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'lora/data/processed/theirs.jsonl'), 'theirs');
    startWatched('rclone', ['serve', 'http', '--log-file', path.join(temporaryFolder('jl'), 'log'), '--addr', `127.0.0.1:${port}`, folder]);
    await listening(port);
    const { file, last } = projectOn('web', { RCLONE_CONFIG_WEB_TYPE: 'http', RCLONE_CONFIG_WEB_URL: `http://127.0.0.1:${port}` });
    fs.writeFileSync(file, 'mine');
    const { step } = await last('sync:push');
    assert.is(step.code, 'E_REMOTE_READ_ONLY', step.found);
    assert.is((await last('sync:pull', '--only=data/processed')).exitCode, 0);
  });

  test('an edit of the same size reaches a WebDAV server, which keeps neither times nor checksums', async () => {
    const [port, folder] = [await freePort(), temporaryFolder('jl-dav')];
    const log = path.join(temporaryFolder('jl'), 'log');
    startWatched('rclone', ['serve', 'webdav', '-vv', '--log-file', log, '--addr', `127.0.0.1:${port}`, folder]);
    await listening(port);
    const { file, last, rclone } = projectOn('dav', {
      RCLONE_CONFIG_DAV_TYPE: 'webdav',
      RCLONE_CONFIG_DAV_VENDOR: 'other',
      RCLONE_CONFIG_DAV_URL: `http://127.0.0.1:${port}`,
    });
    const there = path.join(folder, 'lora/data/processed/train.jsonl');
    const old = new Date('2020-01-01');
    fs.writeFileSync(file, 'before');
    fs.utimesSync(file, old, old);
    assert.is((await last('sync:push')).exitCode, 0);
    fs.writeFileSync(file, 'edited');
    // Older than what came there just now, and nobody's work is there.
    fs.utimesSync(file, old, new Date('2020-01-02'));
    const pushed = await last('sync:push');
    assert.equal([pushed.exitCode, pushed.outcome], [0, 'changed'], JSON.stringify(pushed.step));
    assert.is(fs.readFileSync(there, 'utf8'), 'edited');
    // What was sent is known, and not fetched to be compared.
    fs.truncateSync(log);
    assert.is((await last('sync:push')).outcome, 'unchanged');
    assert.is((await last('sync:status')).exitCode, 0);
    assert.not.match(fs.readFileSync(log, 'utf8'), /train\.jsonl: GET/);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    // What `--verify` mends there gets another time, by which it is known, and is no piece of a push that was cut off.
    for (const [text, next] of [
      ['edited', 'fourth'],
      ['fourth', undefined],
    ] as const) {
      const { atime, mtime } = fs.statSync(there);
      fs.writeFileSync(there, text.toUpperCase());
      fs.utimesSync(there, atime, mtime);
      const mended = await last('sync:push', '--verify');
      assert.equal([mended.exitCode, fs.readFileSync(there, 'utf8')], [0, text], JSON.stringify(mended.step));
      await new Promise((resolve) => setTimeout(resolve, 1100));
      if (next === undefined) continue;
      fs.writeFileSync(file, next);
      fs.utimesSync(file, old, new Date('2020-01-03'));
      const pushed = await last('sync:push');
      assert.equal([pushed.exitCode, fs.readFileSync(there, 'utf8')], [0, next], JSON.stringify(pushed.step));
    }
    const theirs = path.join(temporaryFolder('jl'), 'theirs');
    fs.writeFileSync(theirs, 'theirs');
    rclone('copyto', '--ignore-times', theirs, 'dav:lora/data/processed/train.jsonl');
    assert.is((await last('sync:push')).step.code, 'E_REMOTE_CHANGES');
    assert.is(fs.readFileSync(there, 'utf8'), 'theirs');
  });
}

test.run();
