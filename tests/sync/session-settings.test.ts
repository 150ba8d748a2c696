import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../support/skip';
import { freePort, noSshd } from '../support/sshd';
import { machine, synced } from '../support/sync-here';

const test = suite('an ssh_config that is about the sessions of a person');

if (noSshd) skip(test, 'an ssh_config of sessions', noSshd);
else
  for (const transfer of ['rsync', 'scp'])
    test(`does not keep programs from the machine: ${transfer}`, async () => {
      const there = await machine();
      const port = await freePort();
      const config = path.join(there.sshd.folder, 'sessions');
      fs.writeFileSync(
        config,
        `${fs.readFileSync(there.sshd.config, 'utf8')}
  RemoteCommand tmux new -A -s main
  RequestTTY force
  StdinNull yes
  ForkAfterAuthentication yes
  PermitLocalCommand yes
  LocalCommand echo "a line of a person"
  ExitOnForwardFailure yes
  LocalForward ${port} 127.0.0.1:${there.sshd.port}
  LocalForward ${there.sshd.port} 127.0.0.1:${port}
`,
      );
      const context = there.project({ ssh_config: config, transfer });
      const file = path.join(context.root, 'data', 'train.jsonl');
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, '{"text": "one"}\n');
      const pushed = await synced(context, 'push');
      assert.is(pushed.state, 'done', `${pushed.code} ${pushed.found}`);
      assert.is(fs.readFileSync(path.join(there.there, 'data', 'train.jsonl'), 'utf8'), '{"text": "one"}\n');
    });

/** Lines of a person's ssh_config, and what the client says that knows no such line. */
const alone: readonly string[] = [
  'SessionType none',
  'SessionType subsystem\n  RemoteCommand sftp',
  'ForkAfterAuthentication yes',
  'SessionType none\n  ForkAfterAuthentication yes',
];
const knows = /sessiontype/.test(spawnSync('ssh', ['-G', 'box'], { encoding: 'utf8' }).stdout ?? '');

if (!noSshd && !knows) skip(test, 'types of sessions', 'an OpenSSH older than 8.7');
if (!noSshd && knows)
  for (const transfer of ['rsync', 'scp'])
    for (const lines of alone)
      test(`nor does \`${lines.replace(/\n\s*/g, ', ')}\`: ${transfer}`, async () => {
        const there = await machine();
        const config = path.join(there.sshd.folder, 'sessions');
        fs.writeFileSync(config, `${fs.readFileSync(there.sshd.config, 'utf8')}\n  ${lines}\n`);
        const context = there.project({ ssh_config: config, transfer });
        fs.mkdirSync(path.join(context.root, 'data'));
        fs.writeFileSync(path.join(context.root, 'data/a'), 'a');
        const pushed = await synced(context, 'push');
        assert.is(pushed.state, 'done', `${pushed.code} ${pushed.found} ${pushed.tail}`);
        assert.is(fs.readFileSync(path.join(there.there, 'data/a'), 'utf8'), 'a');
      });

test.run();
