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
