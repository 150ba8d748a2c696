import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { smallProject } from '../support/small-environment';
import { mountTmpfs } from '../support/tmpfs';

const test = suite('a folder for temporary files that takes none');

const [closed, full] = [temporaryFolder('closed'), temporaryFolder('full')] as const;
const unmounted = mountTmpfs(closed, 'size=1m,ro') ?? mountTmpfs(full, 'size=64k');

const title = 'it is named with the variable that mends it, and not the project';
if (unmounted) skip(test, title, unmounted);
else
  test(title, async () => {
    fs.writeFileSync(path.join(full, 'ballast'), '');
    assert.throws(() => fs.appendFileSync(path.join(full, 'ballast'), Buffer.alloc(100_000)), /ENOSPC/);
    const project = await smallProject();
    const file = path.join(project.folder, 'package.json');
    const settings = path.join(project.env['HOME'] ?? '', '.config', 'uv', 'uv.toml');
    const places = [
      [closed, 'E_NOT_WRITABLE', 'EROFS'],
      [full, 'E_DISK_FULL', 'ENOSPC'],
      ['/nowhere', 'E_NOT_WRITABLE', 'ENOENT'],
      [file, 'E_NOT_WRITABLE', 'ENOTDIR'],
    ] as const;
    assert.is((await project.just(['env:local'])).exitCode, 0);
    // uv's own settings are brought to it in a file there.
    fs.mkdirSync(path.dirname(settings), { recursive: true });
    fs.writeFileSync(settings, 'native-tls = true\n');
    for (const [place, code, errno] of places)
      for (const args of [
        ['setup:local', '--force=libraries'],
        ['env:local', '--force'],
      ]) {
        const { stdout } = await project.just([...args, '--json'], { TMPDIR: place });
        const seen = JSON.parse(stdout).steps.find((step: { state: string }) => ['blocked', 'failed'].includes(step.state)) ?? {};
        const what = `${args.join(' ')} in ${place}: ${JSON.stringify(seen)}`;
        assert.is(seen.code, code, what);
        assert.ok(seen.found.startsWith(`temporary files cannot be written to \`${place}\``), what);
        assert.ok(seen.found.endsWith(`(${errno})`), what);
        assert.match(seen.fix, /^`export TMPDIR=\/a\/folder\/of\/yours`, then run the same command again$/);
      }
    const mended = await project.step(['setup:local', '--force=libraries'], { TMPDIR: project.folder });
    assert.is(mended.exitCode, 0, JSON.stringify(mended));
    await project.index.close();
  });

test.run();
