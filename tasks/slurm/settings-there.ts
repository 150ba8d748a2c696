import * as path from 'node:path';
import type { Context } from '../engine/context';
import { type LoadedSettings, readSettings } from '../settings/read/load';
import { overridesFor, variablePrefix } from '../settings/read/sources';

/**
 * The settings that a job of a cluster reads: those of a machine that trains, with the files of here that become that machine's own
 * (`configs/remotes/NAME.yaml`), and with what is handed to it.
 * @param variables of a setting → value: the job has these, and none of this machine's
 */
export function settingsThere({ root, host }: Context, remote: string, variables: ReadonlyMap<string, string>): LoadedSettings {
  const { files } = host;
  const overrides = new Map(overridesFor(remote).map(({ here, there }) => [path.join(root, there), path.join(root, here)]));
  const source = (file: string): string => {
    const here = overrides.get(file);
    return here !== undefined && files.stat(here) ? here : file;
  };
  const others = Object.entries(host.env).filter(([name]) => !name.startsWith(variablePrefix));
  const there = {
    ...host,
    env: { ...Object.fromEntries(others), ...Object.fromEntries(variables) },
    files: {
      ...files,
      stat: (file: string) => files.stat(source(file)),
      lstat: (file: string) => files.lstat(source(file)),
      readBytes: (file: string) => files.readBytes(source(file)),
    },
  };
  return readSettings(there, root, 'remote');
}
