import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Relay, relay } from './relay';
import { type Pair, pair } from './sync';

/** A pair with a relay between them, and the folder that is pushed. */
export interface Far extends Pair {
  link: Relay;
  source: string;
  target: string;
}

/** A machine that answers after 80 ms, and what may be sent to it. @param rate bytes a second that the line lets through, 0 for any */
export async function far(options: Parameters<typeof pair>[0] = {}, rate = 0): Promise<Far> {
  const made = await pair(options);
  const link = await relay(made.sshd.port, { delayMs: 40, rate });
  made.configure({ port: link.port }, { sync: { push: ['data/processed'], pull: ['adapters'] } });
  const [source, target] = [made.project, made.there].map((folder) => path.join(folder, 'data/processed')) as [string, string];
  return { ...made, link, source, target };
}

/** Files of all kinds of names, 12 MB together, in two folders. */
export function fill({ source }: Pick<Far, 'source'>): void {
  const names = [
    ...Array.from({ length: 300 }, (_, at) => `f${at}`),
    ...Array.from({ length: 290 }, (_, at) => `deep/er/f${at}`),
    ...['#no comment', ';nor this', 'two words', '-dash', 'größe', 'line\nbreak', 'back\\slash', '*', 'deep/[a]', ':colon'],
  ];
  fs.mkdirSync(path.join(source, 'deep/er'), { recursive: true });
  for (const name of names) fs.writeFileSync(path.join(source, name), crypto.randomBytes(20_000));
  fs.writeFileSync(Buffer.from(`${source}/caf\xe9`, 'latin1'), 'no UTF-8');
}

/** What a run says of them. */
export const shares = /in 6 shares, each by an rsync of its own/;
