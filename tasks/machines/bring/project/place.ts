import { sha256 } from '../../../common/hash';
import { shownName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { Progress } from '../../../engine/step';
import { foldersAbove } from '../../../sync/compare/change';
import { forgetSynced } from '../../../sync/guards/synced';
import type { RelativeName } from '../../../untrusted/names';
import type { Machine } from '../../machine';
import { smallBytes } from '../hashes-here';
import { notAsSent, sendTo } from '../send';
import { gzipped, type TarEntry, tarOf } from '../tar';
import type { Comparison } from './compare';
import { blockerOf } from './parents';
import { placeScript } from './place-script';
import { type Sent, sentText } from './sent';

type Tell = (progress: Progress) => void;

/** Exit codes of the scripts there: what came is not what was sent; another one was faster; what lies there was changed meanwhile. */
const [wrong, busy, moved] = [83, 86, 87];

/**
 * Sends the files that differ, takes away those that are gone, and notes what lies there.
 * @returns false where another one was faster, or a person changed there what was to be replaced: nothing was, and what lies there is to
 *   be looked at anew
 */
export async function placeProject(context: Context, machine: Machine, comparison: Comparison, tell: Tell): Promise<boolean> {
  const { send, remove, changed, there, last } = comparison;
  const totalBytes = send.reduce((sum, { size }) => sum + size, 0);
  const before = there.sent;
  const own = [...last.files].map(([name, contents]) => [name, withOwn(contents, before.files.get(name))] as const);
  // A program that was one before, until its file has come.
  const next: Sent = { files: new Map([...before.files, ...own]), programs: before.programs };
  const text = (name: string, body: string): TarEntry => ({
    name,
    mode: 0o600,
    modified: 0,
    size: Buffer.byteLength(body, 'latin1'),
    open: () => [Buffer.from(body, 'latin1')],
  });
  const { was, hashes } = statesOf(comparison);
  const lists = [
    text('next', sentText(next)),
    text('last', sentText(last)),
    text('was', listOf(was)),
    text('hashes', hashes.join('')),
    text('keep', listOf(changed)),
    text('remove', listOf(remove)),
    text('free', listOf(send.flatMap(({ name }) => (there.files.get(name)?.content === 'folder' ? [name] : [])))),
  ];
  const sums = [
    ...lists.map((entry) => `${sha256(Buffer.concat([...(entry.open() as Iterable<Buffer>)]))}  ${entry.name}\n`),
    ...send.filter(({ link }) => link === undefined).map(({ name, content }) => `${content.slice(1)}  files/${name}\n`),
  ];
  const entries = [text('sums', sums.join('')), ...lists, ...send.map((file) => entryOf(context, file))];
  const tar = () => gzipped(tarOf(entries, (doneBytes) => tell({ doneBytes: Math.min(doneBytes, totalBytes), totalBytes })));
  const { exitCode } = await sendTo(context, machine, placeScript, [there.sentHash, keptFolder(context)], tar, [wrong, busy, moved]);
  if (exitCode === wrong) throw notAsSent(machine);
  if (exitCode === busy || exitCode === moved) return false;
  forgetSynced(
    context,
    machine.remote,
    send.map(({ name }) => shownName(name)),
  );
  return true;
}

/**
 * What the look saw at each name that is replaced or removed, and at the folders of these: pairs of a name and its state, which is `f`,
 * `l` with the hash of where it leads, `d` for a folder or nothing, `-` for nothing; and of the files, lines for sha256sum.
 */
function statesOf({ send, remove, there: { files } }: Comparison): { was: string[]; hashes: string[] } {
  const names = [...send.map(({ name }) => name), ...remove].filter((name) => blockerOf(files, name) === undefined);
  const states = new Map<RelativeName, string>();
  for (const name of names) for (const folder of foldersAbove(name)) states.set(folder, 'd');
  const hashes: string[] = [];
  for (const name of names) {
    const content = files.get(name)?.content ?? '-';
    if (content.startsWith('l')) states.set(name, content);
    else states.set(name, content === 'folder' ? 'd' : content.slice(0, 1));
    if (/^f[0-9a-f]{64}$/.test(content)) hashes.push(`${content.slice(1)}  ./${name}\n`);
  }
  return { was: [...states].flat(), hashes };
}

/** Where copies of what a person changed go, below `.just-lora/kept` there. */
const keptFolder = ({ host }: Context): string => host.now().toISOString().replace(/[:.]/g, '-');

const withOwn = (own: readonly string[], before: readonly string[] = []): readonly string[] =>
  [...new Set([...own, ...before])].slice(0, 8);

const listOf = (names: readonly string[]): string => names.map((name) => `${name}\0`).join('');

function entryOf({ host, root }: Context, { name, from, size, isExecutable, modified, link }: Comparison['send'][number]): TarEntry {
  return {
    name: `files/${name}`,
    mode: isExecutable ? 0o755 : 0o644,
    modified,
    size,
    ...(link === undefined ? {} : { link }),
    // A stream costs more than the bytes of most files.
    open: () => (size < smallBytes ? [host.tree.readWhole(root, from)] : (host.tree.read(root, from) as AsyncIterable<Buffer>)),
  };
}
