import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { placeSentScript } from '../../tasks/machines/bring/node/node-scripts';
import { tarOf } from '../../tasks/machines/bring/tar';
import { guardLine } from '../../tasks/sync/posix/scripts/project-script';
import { modelFiles } from '../hub/model';
import { startHub } from '../hub/server';
import { type Ended, projectCopy, startJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { pair } from '../support/sync';

const test = suite('two laptops and one machine');

test('six bring a Node at the same moment: one lies there, whole, with nothing beside it', async () => {
  const home = temporaryFolder('jl-home');
  const program = Buffer.from('#!/bin/sh\necho v1.2.3\n');
  const entry = { name: 'package/bin/node', mode: 0o755, modified: 0, size: program.length, open: () => [program] };
  const parts: Buffer[] = [];
  for await (const part of tarOf([entry])) parts.push(part);
  const lines = [guardLine, '~/project', '1.2.3', createHash('sha256').update(program).digest('hex'), 'package/bin/node', ''].join('\n');
  const codes = await Promise.all(
    Array.from(
      { length: 6 },
      () =>
        new Promise<number | null>((resolve) => {
          const child = spawn('sh', ['-c', placeSentScript], {
            env: { HOME: home, PATH: '/usr/bin:/bin' },
            stdio: ['pipe', 'ignore', 'ignore'],
          });
          child.once('close', resolve);
          child.stdin.end(Buffer.concat([Buffer.from(lines), gzipSync(Buffer.concat(parts))]));
        }),
    ),
  );
  assert.equal(codes, [0, 0, 0, 0, 0, 0]);
  const there = fs.readdirSync(path.join(home, '.cache/just-lora/node'), { recursive: true, encoding: 'utf8' });
  assert.equal(there.sort(), ['1.2.3', '1.2.3/bin', '1.2.3/bin/node']);
});

if (noSshd) skip(test, 'two laptops and one machine', noSshd);
else {
  for (const [moment, program, when] of [
    ['when ours has noted what it brought', 'mv', '*/last\\ *brought'],
    ['between the list of what ours brought and the files, in the look behind it', 'cat', '.just-lora/brought'],
  ] as const)
    test(`another laptop brings its project ${moment}: that is told, and the same command again brings ours`, async () => {
      const programs = temporaryFolder('jl-programs');
      const [first, isArmed] = [await pair({ path: `${programs}:${process.env.PATH}` }), path.join(programs, 'armed')];
      const notes = path.join(first.there, 'configs/notes.txt');
      const brought = path.join(first.there, '.just-lora/brought');
      // What another one's run does at that moment.
      const other = [
        `printf other > '${notes}'`,
        `sed -i 's|"configs/notes.txt":.[^]]*|"configs/notes.txt":["f'$(sha256sum < '${notes}' | head -c 64)'"|' '${brought}'`,
      ];
      fs.writeFileSync(
        path.join(programs, program),
        [
          '#!/bin/sh',
          `/bin/${program} "$@" || exit`,
          `case "$*" in ${when}) rm '${isArmed}' 2>/dev/null || exit 0`,
          ...other,
          'esac',
          '',
        ].join('\n'),
        { mode: 0o755 },
      );
      fs.writeFileSync(path.join(first.project, 'configs/notes.txt'), 'ours');
      fs.writeFileSync(isArmed, '');
      const overtaken = await first.run('mkdirs', '--on=gpu');
      assert.is(overtaken.exitCode, 1, overtaken.stderr);
      assert.match(overtaken.stderr, /E_PROJECT_BUSY/, overtaken.stderr);
      assert.is(fs.readFileSync(notes, 'utf8'), 'other');
      const again = await first.run('mkdirs', '--on=gpu');
      assert.is(again.exitCode, 0, again.stderr);
      assert.is(fs.readFileSync(notes, 'utf8'), 'ours');
    });

  test('the same command, then two: one run and both see it, or who is at work and since when; what both bring is whole', async () => {
    const hub = await startHub();
    hub.add('org/tiny', modelFiles(3_000_000));
    const first = await pair({ env: { HF_ENDPOINT: hub.url } });
    const second = { project: projectCopy(), env: { HOME: temporaryFolder('jl'), XDG_RUNTIME_DIR: '' } };
    fs.copyFileSync(path.join(first.project, 'configs/setup.local.yaml'), path.join(second.project, 'configs/setup.local.yaml'));
    const laptops = [first, second];
    const both = (...commands: string[][]): Promise<Ended[]> =>
      Promise.all(laptops.map(({ project, env }, at) => startJust(project, [...(commands[at] ?? []), '--on=gpu'], env).ended));
    const said = (ends: readonly Ended[]) => ends.map(({ stdout, stderr }) => stdout + stderr).join('\n---\n');
    const download = ['model:download', '--model=org/tiny'];
    // Until the slower of the two has come.
    hub.rate = 300_000;
    const same = await both(download, download);
    assert.equal(
      same.map(({ exitCode }) => exitCode),
      [0, 0],
      said(same),
    );
    // Whoever came later is told whose run it is.
    assert.is(
      same.filter(({ stderr }) => /`gpu` has this run since 20\d\d-\d\d-\d\d \d\d:\d\d UTC, for /.test(stderr)).length,
      1,
      said(same),
    );
    const runs = path.join(first.there, '.just-lora/machine-runs');
    assert.is(fs.readdirSync(runs).length, 1);
    assert.is(fs.statSync(path.join(first.there, 'models/tiny/model-00001-of-00001.safetensors')).size, 3_000_000);
    // Other files each: the last one who brings has the word, and nothing is mixed within a file.
    for (const [at, { project }] of laptops.entries()) fs.writeFileSync(path.join(project, 'configs/notes.txt'), `${at}\n`.repeat(50_000));
    fs.rmSync(path.join(first.there, 'models'), { recursive: true });
    const others = await both(download, ['mkdirs']);
    for (const [at, { exitCode, stderr }] of others.entries()) {
      if (exitCode === 0) continue;
      assert.match(stderr, /E_MACHINE_BUSY|E_PROJECT_BUSY/, said(others));
      if (/E_MACHINE_BUSY/.test(stderr))
        assert.match(
          stderr.replace(/\n/g, ' '),
          new RegExp(`since 20\\d\\d-.* UTC, for [^ ]*:${laptops[1 - at]?.project.slice(0, 20)}`),
          said(others),
        );
    }
    assert.ok(
      others.some(({ exitCode }) => exitCode === 0),
      said(others),
    );
    const last = await startJust(second.project, ['mkdirs', '--on=gpu'], second.env).ended;
    assert.is(last.exitCode, 0, last.stderr);
    assert.is(fs.readFileSync(path.join(first.there, 'configs/notes.txt'), 'utf8'), '1\n'.repeat(50_000));
    const left = fs
      .readdirSync(first.there, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.coming-|placing$|starting$/.test(name));
    assert.equal(left, []);
    hub.close();
  });
}

test.run();
