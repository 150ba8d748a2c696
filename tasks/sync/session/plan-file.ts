import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { isByteCount } from '../../untrusted/hashes';
import { type Fields, fieldsOf } from '../../untrusted/json';
import { oneLine } from '../../untrusted/text';
import { type Direction, type Folder, folderOf } from '../compare/folders';
import type { SyncOptions } from '../options';
import type { Remote } from '../remotes/remote';
import type { FileStates, Side } from './transport';

/** `.just-lora/plans/NAME.json`. */
export interface PlanFile extends SyncOptions {
  version: 1;
  task: string;
  made: string;
  remote: Remote;
  /** What would be done, file by file. */
  files: { name: string; action: string; bytes: number }[];
  /** Every file of the synced folders on either side, by folder, with what tells that it has changed. */
  states: Record<Side, Record<string, FileStates>>;
}

/**
 * Reads a plan that `--plan` wrote. It may come from anywhere: only what is checked here is used of it.
 * @throws UserError E_PLAN_FILE, exit code 2: no plan, or one of another task
 */
export function readPlan({ host, root }: Context, file: string, direction: Direction): PlanFile {
  const wrong = (found: string) =>
    new UserError({ code: 'E_PLAN_FILE', found, fix: `\`npx just sync:${direction} --plan\` writes one and ends with its name` }, 2);
  const place = path.resolve(root, file);
  if (!host.files.stat(place)) throw wrong(`there is no plan at \`${file}\``);
  const value = host.files.readJson(place);
  if (value === undefined) throw wrong(`\`${file}\` cannot be read as a plan`);
  const fields = fieldsOf(value);
  const plan = fields && planOf(fields);
  if (!plan) throw wrong(`\`${file}\` is not a plan`);
  if (plan.task !== `sync:${direction}`) throw wrong(`\`${file}\` is a plan of \`${oneLine(plan.task, 60)}\``);
  return plan;
}

/** A plan of these fields; `undefined` where one of them is not what a plan has. */
function planOf(fields: Fields): PlanFile | undefined {
  const { version, task, made, remote, folders, filters, deletes, maxDelete, verify, files, states } = fields;
  const { include, exclude } = fieldsOf(filters) ?? {};
  const { here, there } = fieldsOf(states) ?? {};
  if (version !== 1 || !isText(task) || !isText(made) || !isText(fieldsOf(remote)?.['name'])) return undefined;
  if (typeof deletes !== 'boolean' || typeof verify !== 'boolean' || !(maxDelete === null || isByteCount(maxDelete))) return undefined;
  if (!listOf(include, isText) || !listOf(exclude, isText) || !listOf(files, isPlanned)) return undefined;
  if (!isStates(here) || !isStates(there) || !Array.isArray(folders)) return undefined;
  const travels = folders.map(plannedFolder);
  if (!travels.every((folder) => folder !== undefined)) return undefined;
  // What stands in the settings is held against it word by word before any of it is used.
  const planned = remote as Remote;
  return {
    version,
    task,
    made,
    remote: planned,
    folders: travels,
    filters: { include, exclude },
    deletes,
    maxDelete,
    verify,
    files,
    states: { here, there },
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && /^[^\0\r\n]+$/.test(value);
const listOf = <T>(value: unknown, is: (item: unknown) => item is T): value is T[] => Array.isArray(value) && value.every(is);

function isPlanned(value: unknown): value is PlanFile['files'][number] {
  const { name, action, bytes } = fieldsOf(value) ?? {};
  return isText(name) && ['added', 'changed', 'deleted'].includes(String(action)) && isByteCount(bytes);
}

const isStates = (value: unknown): value is Record<string, FileStates> =>
  Object.values(fieldsOf(value) ?? { none: undefined }).every((folder) =>
    Object.values(fieldsOf(folder) ?? { none: undefined }).every((state) => typeof state === 'string'),
  );

/** A folder as the settings could name it; its own patterns are ours, whatever the plan says. */
function plannedFolder(value: unknown): Folder | undefined {
  const { name, required } = fieldsOf(value) ?? {};
  if (!isText(name) || typeof required !== 'boolean') return undefined;
  try {
    return folderOf(required ? name : `${name}?`, 'plan');
  } catch {
    return undefined;
  }
}
