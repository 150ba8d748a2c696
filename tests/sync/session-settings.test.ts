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

test.run();
