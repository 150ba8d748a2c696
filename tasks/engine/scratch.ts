import * as path from 'node:path';
import type { Host } from '../platform';
import { fieldsOf } from '../untrusted/json';
import { pidNamespaceId } from './lock/lock-owner';

/** Which run made a folder, in a file of its own: after a kill nobody else removes it. */
const ownerName = '.just-lora-owner.json';
/** As `mkdtemp` completes our prefixes. */
const ours = /^just-lora-[a-z]+-\w{6}$/;

/**
 * A new folder among the system's temporary ones, for programs of this run; whoever makes it removes it. Those that runs of this user
 * left there when they were killed go first.
 * @param what for: `train` is `just-lora-train-…`
 */
export async function scratchFolder(host: Host, what: string): Promise<string> {
  const owner = { host: host.hostname, space: pidNamespaceId(host), pid: host.pid, started: (await host.processStartTime(host.pid)) ?? '' };
  const folder = host.files.temporaryFolder(`just-lora-${what}-`);
  host.files.writeText(path.join(folder, ownerName), JSON.stringify(owner));
  await sweep(host, path.dirname(folder));
  return folder;
}

async function sweep(host: Host, parent: string): Promise<void> {
  for (const name of host.files.list(parent).filter((each) => ours.test(each))) {
    const folder = path.join(parent, name);
    try {
      if (await isLeft(host, folder)) host.files.remove(folder);
    } catch {
      // The next run tries again: this one has its own folder.
    }
  }
}

/** Only what a run of this user, boot and container says of itself counts: any other may be at work. */
async function isLeft(host: Host, folder: string): Promise<boolean> {
  const entry = host.files.lstat(folder);
  if (!entry?.isDirectory() || entry.uid !== host.userId) return false;
  const { host: name, space, pid, started } = fieldsOf(host.files.readJson(path.join(folder, ownerName))) ?? {};
  if (name !== host.hostname || space !== pidNamespaceId(host) || typeof pid !== 'number' || !started) return false;
  return (await host.processStartTime(pid)) !== started;
}
