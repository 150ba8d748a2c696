import { UserError } from '../../../common/errors';
import { plural, some } from '../../../common/format';
import { sha256 } from '../../../common/hash';
import { byteName, shownName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import { askGit } from '../../../engine/git';
import { walk } from '../../../platform/files/walk';
import { overridesFor } from '../../../settings/read/sources';
import { leadsOut } from '../../../sync/compare/links';
import type { RelativeName } from '../../../untrusted/names';
import { hashesHere } from '../hashes-here';
import { needed, staysHere } from './travels';

/** A file or a link that travels. Names are bytes. */
export interface FileHere {
  /** Its name there. */
  name: RelativeName;
  /** Its name here: another one for the settings of a machine. */
  from: RelativeName;
  size: number;
  isExecutable: boolean;
  /** Seconds since 1970. */
  modified: number;
  /** Where a link leads. */
  link?: string;
  /** What tells that it is the same: `f` or `l`, then the SHA-256 of the bytes or of where the link leads. */
  content: string;
}

/** What travels of the project here. */
export interface ProjectHere {
  files: ReadonlyMap<RelativeName, FileHere>;
  /** The commit that is checked out; `undefined` where this is no repository, or has none. */
  commit: string | undefined;
  isRepository: boolean;
  /** What a person may expect to travel and does not, as sentences. */
  notes: string[];
}

/** @throws UserError E_NAME for names that the shell there cannot be asked about */
export async function projectHere(context: Context, remote: string): Promise<ProjectHere> {
  const { host, root, resources } = context;
  const hashes = resources.get(context, hashesHere);
  const [listed, commit] = await Promise.all([gitNames(context), headOf(context)]);
  const stays = staysHere(context);
  const names = listed ? [...listed, ...needed(context)] : [...walk(root, 'latin1', stays)].map(({ name }) => name);
  const [folders, outside]: [string[], string[]] = [[], []];
  const files = new Map<RelativeName, FileHere>();
  const places = new Map<RelativeName, RelativeName>();
  for (const name of new Set(names.map((each) => each.replace(/\/$/, '') as RelativeName))) if (!stays(name)) places.set(name, name);
  const overrides = overridesFor(remote).map(({ here, there }) => [byteName(here), byteName(there)] as [RelativeName, RelativeName]);
  // What git lists and a person has deleted is not there; what lies behind a link is not of the project.
  const entries = host.tree.lookAtAll(root, [...places.keys(), ...overrides.map(([from]) => from)]);
  for (const [from, name] of [...places, ...overrides]) {
    const entry = entries.get(from);
    if (!entry) continue;
    if (entry.isFolder) folders.push(shownName(from));
    else if (entry.isLink && leadsOut(from, host.tree.linkTarget(root, from))) outside.push(shownName(from));
    else if (entry.isLink || entry.isFile) {
      const link = entry.isLink ? host.tree.linkTarget(root, from) : undefined;
      const hash = link === undefined ? hashes.of(entry) : sha256(Buffer.from(link, 'latin1'));
      files.set(name, {
        name,
        from,
        size: entry.size,
        isExecutable: entry.isFile && entry.isExecutable,
        modified: Number(entry.modified / 1_000_000_000n),
        ...(link === undefined ? {} : { link }),
        // To wait for each of a thousand that are known already takes as long as to look at them.
        content: `${link === undefined ? 'f' : 'l'}${typeof hash === 'string' ? hash : await hash}`,
      });
    }
  }
  refuseUnasked(files.values());
  return {
    files,
    commit,
    isRepository: listed !== undefined,
    notes: [
      ...(listed
        ? []
        : ['this project is no git repository: every file travels but data, models, adapters, environments and settings of this machine']),
      ...(folders.length > 0 ? [`repositories of their own stay here: ${some(folders)}`] : []),
      ...(outside.length > 0 ? [`${plural(outside.length, 'link')} that lead out of the project stay here: ${some(outside)}`] : []),
    ],
  };
}

/** What git would hand on: tracked, or new and not ignored. `undefined` where this is no repository, or there is no git. */
async function gitNames(context: Context): Promise<string[] | undefined> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { exitCode, stdout } = await askGit(context, args, { encoding: 'latin1' });
  return exitCode === 0 ? stdout.split('\0').filter(Boolean) : undefined;
}

async function headOf(context: Context): Promise<string | undefined> {
  const { exitCode, stdout } = await askGit(context, ['rev-parse', '--verify', '--quiet', 'HEAD']);
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** What sha256sum escapes could not be told apart there. */
function refuseUnasked(files: Iterable<FileHere>): void {
  const bad = [...files].filter(({ name, link = '' }) => /[\n\\]/.test(name) || link.includes('\n'));
  if (bad.length === 0) return;
  throw new UserError({
    code: 'E_NAME',
    found: `${plural(bad.length, 'name')} with a line break or a backslash: ${some(bad.map(({ name }) => `\`${shownName(name)}\``))}`,
    needed: 'names that the shell of a machine can be asked about',
    fix: 'rename what is named\nto leave it here: a line in .gitignore',
  });
}
