import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Hub } from '../../tests/hub/server';
import { pythonWith } from '../../tests/support/python';

/**
 * Has the Hub send clients to a CDN that was written apart from its own, until `close`.
 * @param folder where the shards lie, by their names
 * @param rate bytes a second of one connection
 * @param delayMs milliseconds before each answer
 */
export async function withSecondCdn(hub: Hub, folder: string, rate: number, delayMs: number): Promise<{ close(): void }> {
  const blobs = path.join(folder, 'blobs');
  fs.mkdirSync(blobs, { recursive: true });
  for (const { commits } of hub.repositories.values())
    for (const files of commits.values())
      for (const [name, { sha256 }] of files)
        if (fs.existsSync(path.join(folder, name)) && !fs.existsSync(path.join(blobs, sha256)))
          fs.linkSync(path.join(folder, name), path.join(blobs, sha256));
  const script = path.join(__dirname, 'second-cdn.py');
  const child = spawn(pythonWith(), [script, blobs, String(rate), String(delayMs / 1000)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const first = hub.cdn;
  const port = await new Promise<string>((resolve) => child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())));
  hub.cdn = `http://127.0.0.1:${port}`;
  return {
    close() {
      hub.cdn = first;
      child.kill();
    },
  };
}
