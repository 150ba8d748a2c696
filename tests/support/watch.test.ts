import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository, temporaryFolder } from './project';

const test = suite('what a test started ends with it');

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A process that starts a server and wants something done afterwards, in a group of its own, as the runner starts a test. */
async function started(folder: string, ending: string): Promise<{ pid: number; server: number }> {
  const script = `
    const { afterwards, startWatched } = require('./tests/support/watch');
    startWatched('sh', ['-c', 'echo $$ > "$1/server.new"; mv "$1/server.new" "$1/server"; exec sleep 60', 'server', ${JSON.stringify(folder)}]);
    afterwards('echo done > "$1/afterwards"', ${JSON.stringify(folder)});
    ${ending}`;
  const child = spawn(process.execPath, ['-r', './tools/ts-node/register', '-e', script], { cwd: repository, detached: true });
  const file = path.join(folder, 'server');
  for (let tries = 0; tries < 200 && !fs.existsSync(file); tries++) await pause(50);
  return { pid: child.pid ?? 0, server: Number(fs.readFileSync(file, 'utf8')) };
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function isTakenDown(folder: string, server: number): Promise<void> {
  for (let tries = 0; tries < 100 && (lives(server) || !fs.existsSync(path.join(folder, 'afterwards'))); tries++) await pause(50);
  assert.not.ok(lives(server));
  assert.ok(fs.existsSync(path.join(folder, 'afterwards')));
}

test('at its end', async () => {
  const folder = temporaryFolder();
  const { server } = await started(folder, 'setTimeout(() => undefined, 1000);');
  await isTakenDown(folder, server);
});

test('by a SIGKILL of its whole group', async () => {
  const folder = temporaryFolder();
  const { pid, server } = await started(folder, 'setInterval(() => undefined, 1000);');
  assert.ok(lives(server));
  process.kill(-pid, 'SIGKILL');
  await isTakenDown(folder, server);
});

test.run();
