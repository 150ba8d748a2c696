import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { pair } from '../support/sync';

const test = suite('--on: cures of what is brought');

if (noSshd) skip(test, '--on', noSshd);
else
  test('a step that is not done after its actions is tried again on that machine, with the options that were given', async () => {
    const bin = temporaryFolder('jl-bin');
    // Files of the project arrive, and get no place.
    fs.writeFileSync(path.join(bin, 'mv'), '#!/bin/sh\ncase "$PWD" in */files) exit 0;; esac\nexec /bin/mv "$@"\n', { mode: 0o755 });
    const machine = await pair({ path: `${bin}:/usr/local/bin:/usr/bin:/bin` });
    machine.env['HF_TOKEN'] = 'hf_nobody';
    const gpu = { type: 'ssh', host: 'box', ssh_config: machine.sshd.config, path: machine.there };
    machine.configure({}, { remotes: { gpu, other: { ...gpu, path: `${machine.there}-2` } } });
    const { machines } = await machine.json('storage', '--set=storage.warn_gb=41', '--on=gpu,other', '--send-token', '--verbose');
    const faults = machines.map(({ report }: { report: { steps: object[] } }) => report.steps.at(-1));
    const command = (name: string) => `npx just storage --set storage.warn_gb=41 --on=${name} --send-token --verbose --force=project`;
    assert.equal(
      faults.map(({ code, fix }: { code: string; fix: string }) => [code, fix]),
      ['gpu', 'other'].map((name) => ['E_NOT_DONE', `\`${command(name)}\` shows each command`]),
    );
  });

test.run();
