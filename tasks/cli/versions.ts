import * as path from 'node:path';
import { absolute } from '../engine/paths';
import { parsePyvenv, pyvenvVersion } from '../environments/prefix/pyvenv';
import type { Host } from '../platform';
import type { Settings } from '../settings/schema/definition';

/** What a run was made with, for its record: a look back has to know. */
export function recordedVersions(host: Host, root: string, { setup }: Settings): Record<string, string> {
  const configuration = host.files.readText(path.join(absolute({ root, host }, setup.environments.local.path), 'pyvenv.cfg')) ?? '';
  return {
    node: host.nodeVersion,
    python: pyvenvVersion(parsePyvenv(configuration)) ?? 'none',
    'just-lora': ownVersion(),
  };
}

/** The version of this package. */
const ownVersion = (): string => (require('../../package.json') as { version: string }).version;

/** What `--version` prints. */
export const versionText = (): string => `just-lora ${ownVersion()}, Node ${process.versions.node}`;
