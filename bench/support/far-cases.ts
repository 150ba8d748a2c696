import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** A figure of FAR_BENCH_SCALE of the whole, for a trial. */
export const scale = Number(process.env.FAR_BENCH_SCALE ?? 1);

/** What travels over a far line. */
export interface Case {
  what: string;
  /** Of ours to bare rsync. */
  goal: number;
  direction: 'push' | 'pull';
  /** Makes what travels. */
  fill(folder: string): void;
  /** Changes what was brought before, in place of clearing the other side. */
  change?: ((folder: string, round: number) => void) | undefined;
  /** The other peers too: ours is to be ahead of them. */
  peers?: readonly ('rclone' | 'tar')[] | undefined;
}

function random(folder: string, name: string, bytes: number): void {
  const handle = fs.openSync(path.join(folder, name), 'w');
  for (let left = Math.round(bytes * scale); left > 0; left -= 16_000_000)
    fs.writeSync(handle, crypto.randomBytes(Math.min(left, 16_000_000)));
  fs.closeSync(handle);
}
const four = (folder: string) => [0, 1, 2, 3].forEach((index) => void random(folder, `shard-${index}`, 100_000_000));
const one = (folder: string) => random(folder, 'train.bin', 400_000_000);
/** @param folders how many the files lie in, 0 for none */
const small = (folders: number) => (folder: string) => {
  for (let index = 0; index < 2000 * scale; index++) {
    const own = path.join(folder, folders > 0 ? `d${index % folders}` : '');
    fs.mkdirSync(own, { recursive: true });
    fs.writeFileSync(path.join(own, `f${index}`), crypto.randomBytes(20_000));
  }
};

export const cases: readonly Case[] = [
  { what: 'push of 4 files, 400 MB', goal: 0.35, direction: 'push', fill: four, peers: ['rclone', 'tar'] },
  { what: 'push of one file of 400 MB', goal: 0.35, direction: 'push', fill: one, peers: ['rclone', 'tar'] },
  { what: 'pull of one file of 400 MB', goal: 0.35, direction: 'pull', fill: one },
  {
    what: 'push of 2,000 files of 20 kB',
    goal: 0.8,
    direction: 'push',
    fill: small(0),
    // rclone takes minutes.
    peers: ['tar'],
  },
  { what: 'push of 2,000 files of 20 kB in 20 folders', goal: 0.8, direction: 'push', fill: small(20) },
  { what: 'pull of 2,000 files of 20 kB in 20 folders', goal: 1, direction: 'pull', fill: small(20) },
  {
    what: '1 % of a file of 400 MB changed',
    goal: 1.05,
    direction: 'push',
    fill: one,
    change(folder, round) {
      const handle = fs.openSync(path.join(folder, 'train.bin'), 'r+');
      fs.writeSync(
        handle,
        crypto.randomBytes(Math.round(4_000_000 * scale)),
        0,
        undefined,
        Math.round((50_000_000 + round * 20_000_000) * scale),
      );
      fs.closeSync(handle);
    },
  },
];
