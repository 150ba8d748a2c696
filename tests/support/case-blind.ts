import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryFolder } from './project';
import { afterwards, startWatched } from './watch';

/**
 * A mounted filesystem that does not tell cases apart, as exFAT and APFS: rclone's own, over FUSE.
 * @returns its folder, or why there is none
 */
export async function caseBlind(): Promise<{ folder: string } | { missing: string }> {
  for (const [program, debian] of [
    ['rclone', 'rclone'],
    ['fusermount3', 'fuse3'],
  ] as const)
    if (spawnSync(program, ['--version']).status === null) return { missing: `no ${program}: install ${debian}` };
  if (!fs.existsSync('/dev/fuse') || process.getuid?.() !== 0) return { missing: 'no /dev/fuse, or not root' };
  const [disk, folder, bin] = [temporaryFolder('jl-disk'), temporaryFolder('jl-blind'), temporaryFolder('jl-bin')];
  // rclone 1.60 asks for the program by its older name.
  const fusermount = spawnSync('sh', ['-c', 'command -v fusermount3'], { encoding: 'utf8' }).stdout.trim();
  fs.symlinkSync(fusermount, path.join(bin, 'fusermount'));
  const before = process.env.PATH;
  process.env.PATH = `${bin}:${before}`;
  startWatched('rclone', [
    'mount',
    '--vfs-case-insensitive',
    '--vfs-cache-mode',
    'writes',
    '--dir-cache-time',
    '1s',
    `:local:${disk}`,
    folder,
  ]);
  process.env.PATH = before;
  const unmount = () => spawnSync('umount', ['-l', folder]);
  process.prependOnceListener('exit', unmount);
  afterwards('umount -l "$1" 2>/dev/null', folder);
  for (let tries = 0; tries < 100; tries++) {
    if (fs.readFileSync('/proc/mounts', 'utf8').includes(` ${folder} fuse.rclone`)) return { folder };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { missing: 'rclone does not mount here' };
}
