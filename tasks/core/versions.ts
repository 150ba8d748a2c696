import * as path from 'node:path';
import type { Settings } from '../configuration/definition';
import { parsePyvenv, pyvenvVersion } from '../parse/pyvenv';
import type { Host } from './host';
import { absolute } from './paths';

/** What a run was made with, for its record: a look back has to know. */
export function versionsOf(host: Host, root: string, { setup }: Settings): Record<string, string> {
  const configuration = host.files.readText(path.join(absolute({ root, host }, setup.environments.local.path), 'pyvenv.cfg')) ?? '';
  return {
    node: host.nodeVersion,
    python: pyvenvVersion(parsePyvenv(configuration)) ?? 'none',
    'just-lora': (require('../../package.json') as { version: string }).version,
  };
}
