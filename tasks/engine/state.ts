import * as path from 'node:path';
import { outgoingValue } from '../common/outgoing';
import type { Host } from '../platform';
import { stateFolder } from '../platform/files/private';
import { fieldsOf } from '../untrusted/json';
import { sentence } from '../untrusted/text';
import type { Context } from './context';
import { documentOf, type Report } from './report';

/** Our own folder in the project: proofs, run records, the lock, a fetched uv. It ignores itself. */
export { stateFolder };

/** A path in the state folder. */
export const statePath = (root: string, ...parts: string[]): string => path.join(root, stateFolder, ...parts);

/** What was fetched of a remote's own state folder: its `runs`. */
export const remoteFolder = (root: string, name: string): string => statePath(root, 'remotes', name);

/** Makes the state folder, unknown to git whatever the project's .gitignore says, and to other users whatever it was before. */
export function makeStateFolder(host: Host, root: string): void {
  host.files.makeFolder(statePath(root));
  host.files.narrow(statePath(root));
  if (!host.files.stat(statePath(root, '.gitignore'))) host.files.writeText(statePath(root, '.gitignore'), '*\n');
}

/** What a look rests on, by a name that a person knows: `requirements-local.txt` → a hash. */
export type Inputs = Readonly<Record<string, string>>;

export interface Proof {
  inputs: Inputs;
  found: string;
  /** Further fields of the step in `--json`. */
  data?: Readonly<Record<string, unknown>>;
}

/** The last success of a look, where it is readable. A proof only spares a look; it never replaces the work. */
export function readProof({ host, root }: Context, name: string): Proof | undefined {
  const proof = fieldsOf(host.files.readJson(statePath(root, 'proofs', `${name}.json`))) as Proof | undefined;
  return typeof proof?.inputs === 'object' && typeof proof.found === 'string' ? proof : undefined;
}

/** Writes a proof: last of all, after what it vouches for. */
export function writeProof({ host, root }: Context, name: string, proof: Proof): void {
  makeStateFolder(host, root);
  const kept = { ...proof, found: sentence(proof.found), ...(proof.data ? { data: outgoingValue(proof.data) } : {}) };
  host.files.writeText(statePath(root, 'proofs', `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

/** Takes a proof away before what it vouches for is touched. */
export function deleteProof({ host, root }: Context, name: string): void {
  host.files.remove(statePath(root, 'proofs', `${name}.json`));
}

/** Which inputs are not what they were, each as a sentence of two or three words. */
export function changedInputs(before: Inputs | undefined, now: Inputs): string[] {
  if (!before) return [];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => before[name] !== now[name])
    .map((name) => {
      const [from, to] = [before[name], now[name]];
      // Values that a person can read (versions) are shown, hashes are not.
      const readable = from !== undefined && to !== undefined && from.length < 30 && to.length < 30;
      return readable ? `${name} ${from} → ${to}` : `${name} changed`;
    });
}

/** Leaves the record of a run and keeps the newest few. */
export function writeRunRecord(host: Host, root: string, keep: number, report: Report, versions: Record<string, string>): void {
  makeStateFolder(host, root);
  const folder = statePath(root, 'runs');
  const stamp = report.startedAt.replace(/[:.]/g, '-');
  const name = `${stamp}-${report.task.replace(/[^\w-]/g, '-')}-${host.pid}.json`;
  host.files.writeText(
    path.join(folder, name),
    `${JSON.stringify({ ...documentOf(report), versions: outgoingValue(versions) }, null, 2)}\n`,
  );
  const records = host.files.list(folder).filter((file) => file.endsWith('.json'));
  for (const old of records.slice(0, -keep)) host.files.remove(path.join(folder, old));
}
