import { usageError } from '../common/errors';
import { type Changes, commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import { type Filters, filtersOf } from './compare/filters';
import { type Direction, type Folder, foldersOf } from './compare/folders';

/** What a push or a pull is asked for. */
export interface SyncOptions {
  folders: readonly Folder[];
  filters: Filters;
  deletes: boolean;
  /** How many files `--delete` may take; null leaves it to the usual bounds. */
  maxDelete: number | null;
  verify: boolean;
}

/**
 * What the command line and the settings ask for.
 * @throws UserError E_USAGE, exit code 2
 */
export const syncOptions = (context: Context, direction: Direction): SyncOptions => ({
  folders: foldersOf(context, direction),
  filters: filtersOf(context),
  deletes: context.option('delete') !== undefined,
  maxDelete: fileCount(context.option('max-delete')),
  verify: context.option('verify') !== undefined,
});

/** Options that say what a push or a pull is about, and not how it goes. */
const chosenBy: readonly string[] = ['remote', 'only', 'include', 'exclude', 'delete', 'max-delete', 'verify'];

/**
 * The command of a push or a pull with the options that it was given, so that the same files are meant.
 * @param shared those that go along to the other direction
 * @param changes take the place of what was given
 */
export const syncCommand = (context: Context, direction: Direction, shared: readonly string[] = chosenBy, changes: Changes = {}): string =>
  commandOf(context, `sync:${direction}`, changes, shared);

/** The cure of what is only done once it was seen. @param command that refuses */
export const planned = (command: string, direction: Direction): string =>
  `\`${command} --plan\` lists every file, and then \`npx just sync:${direction} --plan=FILE\` with the FILE that it ends with does it`;

/** What a plan asks for, which the command line cannot change. @throws UserError E_USAGE, exit code 2 */
export function optionsFromPlan(context: Context, { folders, filters, deletes, maxDelete, verify }: SyncOptions): SyncOptions {
  const said = ['only', 'include', 'exclude', 'delete', 'max-delete'].find((name) => context.option(name) !== undefined);
  if (said)
    throw usageError(
      `\`--${said}\` cannot be combined with \`--plan=FILE\`: the plan says what is done`,
      `make a plan with it: \`--plan --${said}…\``,
    );
  return { folders, filters, deletes, maxDelete, verify: verify || context.option('verify') !== undefined };
}

function fileCount(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (!/^\d+$/.test(value)) throw usageError(`\`--max-delete=${value}\` is not a number of files`, '`--max-delete=500`, for example');
  return Number(value);
}
