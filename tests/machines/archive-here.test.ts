import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../tasks/common/errors';
import { nodeArchives } from '../../tasks/machines/bring/node/archive-here';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';

const test = suite('archives of Node that are fetched here');

test('those of two architectures come at once, and neither takes the other one away', async () => {
  const [home, bin, before] = [temporaryFolder('jl-home'), temporaryFolder('jl-bin'), process.env.PATH];
  // In the place of npm: the archive of one comes while the other one is on its way, and each has to be there at the end.
  fs.writeFileSync(
    path.join(bin, 'npm'),
    `#!/bin/sh
case "$2" in *arm64*) sleep 1.5;; *) sleep 0.5;; esac
name=$(printf %s "$2" | tr @ -); echo x > "$4/$name.tgz" || exit 9
sleep 0.2; [ -e "$4/$name.tgz" ] || exit 9
`,
    { mode: 0o755 },
  );
  process.env.PATH = `${bin}:${before}`;
  try {
    const context = contextWith({});
    const fetched = nodeArchives.make({ ...context, host: { ...context.host, home } });
    const ends = await Promise.allSettled([fetched('x86_64'), fetched('aarch64')]);
    for (const end of ends) {
      assert.ok(end.status === 'rejected' && end.reason instanceof UserError);
      assert.match(end.reason.fault.found, /has another hash than it must have/);
    }
    assert.equal(fs.readdirSync(path.join(home, '.cache/just-lora/node')), []);
  } finally {
    process.env.PATH = before;
  }
});

test.run();
