import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeVersion } from '../../tasks/knowledge/node-builds';
import { describeMachine } from '../../tasks/machines/bring/look/describe-machine';
import { parseMachine } from '../../tasks/machines/bring/look/machine-answer';
import { guardLine, projectScript } from '../../tasks/sync/posix/scripts/project-script';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { pair } from '../support/sync';

const test = suite('which Node of a machine is taken');

const script = (file: string, text: string): string => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
};

/** Those that a machine tries whose PATH begins with a Node of this text; `pinned` was brought, `noted` has started just-lora. */
function tried(text: string, { pinned, noted }: { pinned?: string; noted?: boolean } = {}): string[] {
  const [home, bin] = [temporaryFolder('jl-home'), temporaryFolder('jl-bin')];
  const node = script(path.join(bin, 'node'), text);
  if (pinned) script(path.join(home, '.cache/just-lora/node', nodeVersion, 'bin/node'), pinned);
  if (noted) {
    fs.mkdirSync(path.join(home, '.cache/just-lora/app/abc'), { recursive: true });
    fs.writeFileSync(path.join(home, '.cache/just-lora/app/abc/node'), `${node}\n`);
  }
  const input = [guardLine, '~/project', nodeVersion, 'abc', ''].join('\n');
  const env = { HOME: home, PATH: `${bin}:/usr/bin:/bin`, SHELL: '' };
  const { stdout } = spawnSync('sh', ['-c', projectScript(describeMachine)], { input, encoding: 'latin1', env });
  return (parseMachine(stdout)?.tried ?? []).map(({ version, path: file }) => `${version} ${file.replace(home, '~').replace(bin, 'PATH')}`);
}

const good = 'echo v22.20.0';

test('one that tells its version and runs no program, and one that hears no SIGTERM, are broken ones', () => {
  const versionAlone = '[ "$1" = --version ] && echo v22.14.0; exit 127';
  assert.is(tried(versionAlone)[0], ' PATH/node');
  const began = performance.now();
  assert.is(tried('trap "" TERM; while :; do sleep 1; done')[0], ' PATH/node');
  assert.ok(performance.now() - began < 30_000);
  // It has started just-lora: to ask for its version is enough, and faster.
  assert.equal(tried(versionAlone, { noted: true }), ['22.14.0 PATH/node']);
});

test('the one that was brought comes first, where it runs', () => {
  const place = `~/.cache/just-lora/node/${nodeVersion}/bin/node`;
  assert.equal(tried(good, { pinned: good }), [`22.20.0 ${place}`]);
  assert.equal(tried(good, { pinned: 'exit 1' }), [` ${place}`, '22.20.0 PATH/node']);
});

if (noSshd) skip(test, 'which Node of a machine is taken', noSshd);
else
  test('one that does not start just-lora is named; --force=node brings ours, which is used from then on', async () => {
    const bin = temporaryFolder('jl-bin');
    const failing = (how: string) =>
      script(path.join(bin, 'node'), `case "$1" in --version|-p) exec ${process.execPath} "$@";; *) ${how};; esac`);
    const node = failing('echo nothing >&2; exit 127');
    const machine = await pair({ path: `${bin}:/usr/bin:/bin` });
    // What was fetched once is not fetched for each test.
    const kept = path.join(os.homedir(), '.cache/just-lora/node');
    const here = path.join(machine.env['HOME'] ?? '', '.cache/just-lora/node');
    for (const folder of [kept, path.dirname(here)]) fs.mkdirSync(folder, { recursive: true });
    fs.symlinkSync(kept, here);
    const faultOf = async () => {
      const { exitCode, machines } = await machine.json('storage', '--set=storage.warn_gb=41', '--on=gpu');
      assert.is(exitCode, 1);
      return machines[0].report.error;
    };
    const { code, found, fix, tail } = await faultOf();
    assert.is(code, 'E_MACHINE_NODE', found);
    assert.is(found, `Node at \`${node}\` on \`gpu\` ended with exit code 127 when it was to start just-lora`);
    assert.is(fix, '`npx just storage --set storage.warn_gb=41 --on=gpu --force=node` brings one and uses it from then on');
    assert.match(tail, 'nothing');
    failing('kill -SEGV $$');
    assert.match((await faultOf()).found, 'was ended twice when');
    const forced = await machine.run('storage', '--on=gpu', '--force=node');
    assert.match(forced.stdout + forced.stderr, `bring Node ${nodeVersion}`);
    assert.is(forced.exitCode, 0, forced.stderr);
    const again = await machine.run('mkdirs', '--on=gpu');
    assert.is(again.exitCode, 0, again.stderr);
    assert.match(again.stdout, `/.cache/just-lora/node/${nodeVersion}/bin/node`);
  });

test.run();
