import { spawn } from 'node:child_process';
import type { Hub } from '../../tests/hub/server';
import { shardBytes } from '../peers/hub-model';
import { withSecondCdn } from '../peers/second-cdn';

export type Peer = 'ours' | 'hf' | 'aria2c' | 'curl';

/** What lies between the server and us. */
export interface Line {
  what: string;
  /** Bytes a second of one connection, and of all together; none by default. */
  rate?: number;
  rateInAll?: number;
  /** Milliseconds to the first byte. */
  delay?: number;
  /** The share of the requests that are reset in the middle. */
  resets?: number;
  /** A CDN that was written apart from that of the tests. */
  isSecond?: true;
  /** Two loops of sha256sum, niced, work beside it. */
  isBusy?: true;
  peers?: readonly Peer[];
  /** What ours is to stay under. */
  goals: Partial<Record<Peer, number>>;
}

const limit = 20_000_000;
export const mostDelay = 150;
const perConnection = '20 MB/s a connection';

export const lines: readonly Line[] = [
  { what: 'no limit', goals: { hf: 0.6, aria2c: 0.75 } },
  { what: perConnection, rate: limit, goals: { hf: 0.35, aria2c: 1 } },
  { what: `${perConnection}, 50 ms to the first byte`, rate: limit, delay: 50, goals: { hf: 0.38, aria2c: 1 } },
  { what: `${perConnection}, ${mostDelay} ms to the first byte`, rate: limit, delay: mostDelay, goals: { hf: 0.4, aria2c: 1 } },
  { what: `${perConnection}, 60 ms, a second server`, rate: limit, delay: 60, isSecond: true, goals: { hf: 0.4, aria2c: 1 } },
  {
    what: '1 Gbit/s in all, 50 ms, 1 % of the requests reset',
    rateInAll: 125_000_000,
    delay: 50,
    resets: 0.01,
    peers: ['ours', 'hf', 'aria2c'],
    goals: { hf: 0.5, aria2c: 0.9 },
  },
  { what: 'no limit, two niced sha256sum beside it', isBusy: true, peers: ['ours', 'hf'], goals: { hf: 0.6 } },
];

/**
 * Makes the line be so.
 * @param folder where the shards lie, by their names
 * @returns ends what runs for it
 */
export async function lay(
  hub: Hub,
  folder: string,
  { rate = 0, rateInAll = 0, delay = 0, resets = 0, isSecond, isBusy }: Line,
): Promise<() => void> {
  Object.assign(hub, { rate, rateInAll });
  let asked = 0;
  hub.fault = ({ server, range }) => {
    if (server !== 'cdn') return undefined;
    const isReset = resets > 0 && ++asked % Math.round(1 / resets) === 0;
    return { delay, ...(isReset ? { resetAfter: middleOf(range) } : {}) };
  };
  const second = isSecond ? await withSecondCdn(hub, folder, rate, delay) : undefined;
  const loop = 'while :; do head -c 100000000 /dev/zero | sha256sum; done';
  const busy = isBusy ? [0, 1].map(() => spawn('nice', ['-n', '19', 'sh', '-c', loop], { stdio: 'ignore', detached: true })) : [];
  return () => {
    second?.close();
    for (const { pid } of busy) if (pid !== undefined) process.kill(-pid);
    Object.assign(hub, { rate: 0, rateInAll: 0, fault: () => undefined });
  };
}

function middleOf(range: string | undefined): number {
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  return Math.floor(((to === '' ? shardBytes : Number(to)) - Number(from)) / 2);
}
