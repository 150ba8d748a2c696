import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandsFor } from '../../tasks/sync/posix/scripts/by-stdin';
import { guardLine, projectScript, readBefore, readElsewhere } from '../../tasks/sync/posix/scripts/project-script';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';

const test = suite('scripts for the shell of the other side');

const scripts = ['tasks/sync/posix/scripts', 'tasks/machines']
  .map((folder) => path.join(repository, folder))
  .flatMap((folder) => fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)))
  .filter((file) => /scripts?(?:\/[\w-]+)?\.ts$/.test(file))
  .flatMap((file) => Object.entries(require(file) as Record<string, unknown>))
  .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0].endsWith('Script'));

test('there are some', () => assert.ok(scripts.length > 10));

for (const [name, script] of scripts)
  test(`${name} passes through any login shell, and is POSIX`, () => {
    assert.not.match(script, /['!\n]/);
    const { status, stderr } = spawnSync('sh', ['-n', '-c', script], { encoding: 'utf8' });
    assert.equal([status, stderr], [0, '']);
  });

/** The shells of Debian, those that are here. */
const shells = ['sh', 'dash', 'bash', 'zsh', 'fish', 'tcsh', 'csh', 'ksh', 'mksh', 'busybox'].filter(
  (shell) => spawnSync(shell, shell === 'busybox' ? ['true'] : ['-c', 'true']).status === 0,
);
for (const shell of ['zsh', 'fish', 'tcsh'])
  if (!shells.includes(shell)) skip(test, `scripts in ${shell}`, `no ${shell}: install ${shell}`);

const home = temporaryFolder('jl-shells');
const inShell = (shell: string, args: readonly string[], input: string | Buffer) =>
  // As behind sshd, stdin is a pipe: Node's own is a socket, from which fish reads nothing.
  spawnSync('sh', ['-c', 'cat | "$@"', 'sh', shell, ...(shell === 'busybox' ? ['sh'] : []), ...args], {
    input,
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    timeout: 20_000,
  });

/** Names that a shell would run, split or expand. */
const hostile = [
  '$(touch pwned)',
  '`touch pwned`',
  ';touch pwned',
  "' touch pwned '",
  'touch pwned',
  '" ; touch pwned ; "',
  '(touch pwned)',
  '!!',
  '\\',
  'a%sb',
  '-n',
  'größe',
];
const lines = ['~/project', ...hostile];
const input = Buffer.from([guardLine, ...lines, ''].join('\n'));
const echo = projectScript('printf "%s\\n" "$p"; cat');
const echoed = [`${home}/project`, ...hostile, ''].join('\n');

for (const shell of shells) {
  test(`${shell} as the login shell runs a script, and what it reads is data`, () => {
    const { status, stdout } = inShell(shell, ['-c', `sh -c '${echo}'`], input);
    assert.equal([status, stdout.toString()], [0, echoed]);
  });

  test(`${shell} that takes what we send for commands ends at its first line`, () => {
    for (const text of [input, Buffer.from(`${guardLine}\n~/project\ntouch pwned\n`)]) {
      const { status, stdout, stderr } = inShell(shell, [], text);
      assert.ok(readElsewhere({ exitCode: status ?? -1, stdout: stdout.toString(), stderr: stderr.toString() }), stdout.toString());
    }
    assert.not.ok(fs.existsSync(path.join(home, 'pwned')));
  });

  test(`${shell} that reads its commands from stdin hands over to the script, and what it reads is data`, () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    for (const size of [1, 300]) {
      const rest = Buffer.concat(Array.from({ length: size }, () => bytes));
      const { status, stdout, stderr } = inShell(shell, [], commandsFor(echo, Buffer.concat([input, rest])));
      assert.equal(
        [status, stdout.toString('latin1')],
        [0, Buffer.concat([Buffer.from(echoed), rest]).toString('latin1')],
        stderr.toString(),
      );
      assert.is(inShell(shell, [], commandsFor(projectScript('exit 81'), Buffer.concat([input, rest]))).status, 81);
    }
    assert.not.ok(fs.existsSync(path.join(home, 'pwned')));
  });
}

test('a startup file that reads a part of what is sent is noticed, and nothing is run with the rest', () => {
  const { status, stdout } = inShell('sh', ['-c', `read -r stolen; sh -c '${projectScript('touch pwned')}'`], input);
  assert.ok(readBefore({ exitCode: status ?? -1, stdout: stdout.toString() }));
  assert.not.ok(fs.existsSync(path.join(home, 'pwned')));
});

test.run();
