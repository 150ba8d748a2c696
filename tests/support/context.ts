import * as fs from 'node:fs';
import * as path from 'node:path';
import type { UserError } from '../../tasks/common/errors';
import type { Context } from '../../tasks/engine/context';
import { Resources } from '../../tasks/engine/resources';
import { thisHost } from '../../tasks/platform';
import { loadSettings } from '../../tasks/settings/read/load';
import { temporaryFolder } from './project';

/** What a step of `sync:push` sees in a project with these settings and options. */
export function contextWith(setup: object, options: Record<string, string> = {}): Context {
  const root = temporaryFolder();
  fs.mkdirSync(path.join(root, 'configs'));
  fs.writeFileSync(path.join(root, 'configs/setup.local.yaml'), JSON.stringify(setup));
  return contextIn(root, options);
}

/** The same in a folder that is there. */
export function contextIn(root: string, options: Record<string, string> = {}): Context {
  const host = thisHost();
  return {
    task: 'sync:push',
    root,
    host,
    environment: 'local',
    ...loadSettings(host, root, 'local'),
    option: (name) => options[name],
    optionValues: (name) => (options[name] === undefined ? [] : [options[name]]),
    optionNames: () => Object.keys(options),
    resources: new Resources(),
    locked: false,
    forced: () => false,
  };
}

/** What a person is told by what throws; code `none` where nothing does. */
export function faultOf(work: () => unknown): { code: string; exitCode: number; found: string; fix: string } {
  try {
    work();
  } catch (error) {
    const { fault, exitCode } = error as UserError;
    return { code: fault.code, exitCode, found: fault.found, fix: fault.fix };
  }
  return { code: 'none', exitCode: 0, found: '', fix: '' };
}
