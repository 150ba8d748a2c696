import { createHash } from 'node:crypto';
import { UserError } from '../../../common/errors';
import { shownName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { Progress } from '../../../engine/step';
import { forgetPushed } from '../../../sync/guards/arrived';
import type { RelativeName } from '../../../untrusted/names';
import type { Machine } from '../../machine';
import { smallBytes } from '../hashes-here';
import { notAsSent, sendTo } from '../send';
import { gzipped, type TarEntry, tarOf } from '../tar';
import type { Comparison } from './compare';
import { placeScript } from './project-scripts';
import { sentText } from './sent';

type Tell = (progress: Progress) => void;

/** Exit codes of the scripts there: what came is not what was sent; another one was faster. */
const [wrong, busy] = [83, 86];

/**
 * Sends the files that differ, takes away those that are gone, and notes what lies there.
 * @returns false where another one was faster: what lies there is to be looked at anew
 */
export async function placeProject(context: Context, machine: Machine, comparison: Comparison, tell: Tell): Promise<boolean> {
  const { send, remove, changed, there, last } = comparison;
  const totalBytes = send.reduce((sum, { size }) => sum + size, 0);
  const next = new Map([...there.sent, ...[...last].map(([name, own]) => [name, withOwn(own, there.sent.get(name))] as const)]);
  const text = (name: string, body: string): TarEntry => ({
    name,
    mode: 0o600,
    modified: 0,
    size: Buffer.byteLength(body, 'latin1'),
    open: () => [Buffer.from(body, 'latin1')],
  });
  const own = [text('next', sentText(next)), text('last', sentText(last)), text('keep', listOf(changed)), text('remove', listOf(remove))];
  const sums = [
    ...own.map((entry) => `${digest(Buffer.concat([...(entry.open() as Iterable<Buffer>)]))}  ${entry.name}\n`),
    ...send.filter(({ link }) => link === undefined).map(({ name, content }) => `${content.slice(1)}  files/${name}\n`),
  ];
  const entries = [text('sums', sums.join('')), ...own, ...send.map((file) => entryOf(context, file))];
  const tar = () => gzipped(tarOf(entries, (doneBytes) => tell({ doneBytes: Math.min(doneBytes, totalBytes), totalBytes })));
  const { exitCode } = await sendTo(context, machine, placeScript, [there.sentHash, keptFolder(context)], tar, [wrong, busy]);
  if (exitCode === busy) return false;
  forgetPushed(
    context,
    machine.remote,
    send.map(({ name }) => shownName(name)),
  );
  if (exitCode === wrong) throw notAsSent(machine);
  return true;
}

/** Others were faster each time. */
export const projectBusy = ({ remote }: Machine): UserError =>
  new UserError({
    code: 'E_PROJECT_BUSY',
    found: `others bring a project to \`${remote.name}:${remote.path}\` at this moment`,
    needed: 'one at a time',
    fix: 'run the same command again: it looks at what lies there by then',
  });

/** Where copies of what a person changed go, below `.just-lora/kept` there. */
const keptFolder = ({ host }: Context): string => host.now().toISOString().replace(/[:.]/g, '-');

const withOwn = (own: readonly string[], before: readonly string[] = []): readonly string[] =>
  [...new Set([...own, ...before])].slice(0, 8);

const listOf = (names: readonly RelativeName[]): string => names.map((name) => `${name}\0`).join('');

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

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
