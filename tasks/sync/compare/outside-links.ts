import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { plural, shellWord, some } from '../../common/format';
import { byteName, textName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import { askGit } from '../../engine/git';
import type { Entry } from '../../platform/files/tree-reading';
import type { RelativeName } from '../../untrusted/names';
import { shownChange } from './change';
import { chosen, type Filters } from './filters';
import { baseName, type Direction, type Folder } from './folders';
import { leadsOut } from './links';

/** A link that leaves what is sent, whose content travels in its place. */
export interface OutsideLink {
  kind: 'file' | 'folder';
  /** What it leads to in the end, absolute. */
  real: string;
}

/** By name of the link, relative to the folder that travels. */
export type OutsideLinks = ReadonlyMap<RelativeName, OutsideLink>;

const noLinks: OutsideLinks = new Map();

/**
 * The links of a folder here that lead out of it, where their content is to travel (`sync.links`), each judged before anything is
 * sent. Of one file that travels, that file, whatever it leads to.
 * @throws UserError E_LINK_OUTSIDE for the first one whose content cannot travel
 */
async function outsideLinks(context: Context, folder: Folder, filters: Filters): Promise<OutsideLinks> {
  if (context.settings.setup.sync.links === 'keep') return noLinks;
  const links = new Map<RelativeName, OutsideLink>();
  const { base, names, broken } = linksOut(context, folder, filters);
  if (broken) throw refused(path.relative(context.root, base), broken, 'leads nowhere');
  for (const name of names) {
    const judged = judge(context, base, name);
    if ('why' in judged) throw refused(path.relative(context.root, base), judged.name, judged.why);
    links.set(name, judged);
  }
  await refusePlanted(context, path.relative(context.root, base), links);
  return links;
}

/** The links here that lead out of what travels, and the first of the others that leads nowhere, with the folder that their names are in. */
function linksOut(
  { host, root }: Context,
  folder: Folder,
  filters: Filters,
): { base: string; names: RelativeName[]; broken: RelativeName | undefined } {
  const at = path.join(root, folder.name);
  const single = host.files.stat(at)?.isFile() ? baseName(folder) : undefined;
  const base = single === undefined ? at : path.dirname(at);
  const links = single === undefined ? host.tree.links(at) : host.tree.look(base, single)?.isLink ? [single] : [];
  const names: RelativeName[] = [];
  let broken: RelativeName | undefined;
  for (const name of links) {
    if (!chosen(folder, filters, name)) continue;
    const text = textName(name);
    if (single !== undefined || leadsOut(name, host.tree.linkTarget(base, name))) names.push(name);
    else if (byteName(text) === name && host.files.realPath(path.join(base, text)) === undefined) broken ??= name;
  }
  return { base, names, broken };
}

/** Links that a push sends as they are though they lead out, as a person reads them. */
export function keptLinks(context: Context, folder: Folder, filters: Filters): string[] {
  if (context.settings.setup.sync.links !== 'keep') return [];
  const { base, names } = linksOut(context, folder, filters);
  return names.map((name) => shownChange({ folder: path.relative(context.root, base), name }));
}

/** {@link outsideLinks} of each folder of a push, looked for once; a pull sends none of what is here. */
export function linksOf(context: Context, direction: Direction, filters: Filters): (folder: Folder) => Promise<OutsideLinks> {
  const known = new Map<string, Promise<OutsideLinks>>();
  return (folder) => {
    if (direction === 'pull') return Promise.resolve(noLinks);
    const links = known.get(folder.name) ?? outsideLinks(context, folder, filters);
    known.set(folder.name, links);
    return links;
  };
}

/** What an outside link leads to, or why that cannot travel, by the name of the link that is to blame. */
function judge({ host, root }: Context, base: string, name: RelativeName): OutsideLink | { name: string; why: string } {
  const wrong = (why: string) => ({ name, why });
  const link = path.join(base, textName(name));
  if (byteName(textName(name)) !== name) return wrong('has a name that is no UTF-8, which nothing follows');
  const real = host.files.realPath(link);
  const entry = real === undefined ? undefined : host.files.stat(real);
  if (real === undefined || !entry) return wrong('leads nowhere');
  if (entry.isFile()) return { kind: 'file', real };
  if (!entry.isDirectory()) return wrong('leads to no file and no folder');
  const holds = (inner: string) => inner === real || inner.startsWith(real === '/' ? '/' : `${real}/`);
  if ([root, base, path.dirname(link)].some((each) => holds(host.files.realPath(each) ?? each)))
    return wrong('leads to a folder that holds the link itself: a circle');
  for (const inner of host.tree.links(real))
    if (leadsOut(inner, host.tree.linkTarget(real, inner)))
      return { name: `${name}/${inner}`, why: `leads out of \`${real}\`, which a link leads to` };
  return { kind: 'folder', real };
}

/** A link that came with the repository and leads out of the project would send what its author likes. */
async function refusePlanted(context: Context, base: string, links: OutsideLinks): Promise<void> {
  const { host, root } = context;
  const project = host.files.realPath(root) ?? root;
  const names = [...links].flatMap(([name, { real }]) => (real.startsWith(`${project}/`) ? [] : [textName(name)]));
  if (names.length === 0) return;
  const { stdout } = await askGit(context, [
    '--literal-pathspecs',
    'ls-files',
    '-z',
    '--',
    ...names.slice(0, 1000).map((name) => path.join(base, name)),
  ]);
  const [planted] = stdout.split('\0');
  if (planted) throw refused(base, byteName(path.relative(base, planted)), 'came with the repository and leads out of the project');
}

function refused(folder: string, name: string, why: string): UserError {
  return new UserError({
    code: 'E_LINK_OUTSIDE',
    found: `\`${shownChange({ folder, name })}\` ${why}`,
    needed: 'links that stay in the folder that is sent, or lead to files whose content can be sent in their place',
    fix: `\`--exclude=${shellWord(`/${textName(name)}`)}\` leaves it out\nto send all links as they are: \`--set sync.links=keep\``,
  });
}

/** Where a file that travels really lies: the folder, and its name in that. */
export function placeOf(links: OutsideLinks, at: string, name: RelativeName): { folder: string; name: RelativeName } {
  if (links.size === 0) return { folder: at, name };
  for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) {
    const link = links.get(name.slice(0, end) as RelativeName);
    if (!link) continue;
    return link.kind === 'folder' && end < name.length
      ? { folder: link.real, name: name.slice(end + 1) as RelativeName }
      : { folder: path.dirname(link.real), name: byteName(path.basename(link.real)) as RelativeName };
  }
  return { folder: at, name };
}

/** One entry as it travels: of an outside link what it leads to, under the name of the link. */
export function lookThrough({ host }: Context, at: string, name: RelativeName, links: OutsideLinks): Entry | undefined {
  const place = placeOf(links, at, name);
  const found = host.tree.look(place.folder, place.name);
  return found && { ...found, name };
}

/** Everything under a folder here as it travels: in the place of each outside link what it leads to. */
export function* entriesThrough(context: Context, at: string, links: OutsideLinks, skip: (name: string) => boolean): Generator<Entry> {
  const { host } = context;
  for (const entry of host.tree.entries(at)) {
    if (skip(entry.name)) continue;
    const link = links.get(entry.name);
    if (!link) yield entry;
    else if (link.kind === 'file') {
      const found = lookThrough(context, at, entry.name, links);
      if (found) yield found;
    } else
      for (const inner of host.tree.entries(link.real)) {
        const name = `${entry.name}/${inner.name}` as RelativeName;
        if (!skip(name)) yield { ...inner, name };
      }
  }
}

/** Links that travel as they are though they lead out of what is sent, as a sentence; nothing where there are none. */
export const keptNote = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `${plural(names.length, 'link')} ${names.length === 1 ? 'leads' : 'lead'} out of what is sent, and to something else there: ${some(names)}`,
      ];
