import type { UserError } from '../common/errors';
import { bytes, plural, some } from '../common/format';
import type { Finding } from '../engine/step';
import { bytesToSend, changedFiles, changeTable, countsText, shownChange } from './compare/change';
import { ownExcludes } from './compare/folders';
import { keptNote } from './compare/outside-links';
import { remoteAddress } from './remotes/address';
import type { Session, SessionDifference } from './session/session';

/** Both sides are the same. */
export function doneFinding(session: Session, difference: SessionDifference): Finding {
  const { direction, remote, verify, sent } = session;
  const what = session.folders.map(({ name }) => name).filter((name) => !difference.absent.includes(name));
  const work = sent
    ? `${plural(sent.files, 'file')} (${bytes(sent.bytes)}) ${direction === 'push' ? 'sent' : 'fetched'}${sent.deleted > 0 ? `, ${sent.deleted} deleted` : ''}`
    : 'nothing to do';
  return {
    state: 'done',
    found: `${work}: ${some(what)} ${what.length === 1 ? 'is' : 'are'} the same here and on \`${remoteAddress(remote)}\`${verify ? `, ${difference.byContents ? 'byte by byte' : 'by checksum'}, with a manifest` : ''}${leftOut(difference)}`,
    ...warningOf(notesOf(difference)),
    data: dataOf(session, difference),
  };
}

/** Something differs. @param vouched whether the manifests say what is here */
export function todoFinding(session: Session, difference: SessionDifference, vouched: boolean): Finding {
  const planning = session.context.option('plan') === '';
  return {
    state: 'todo',
    found: countsText(difference.changes) || (vouched ? 'a push was cut off' : 'no checksum manifest yet'),
    ...warningOf([...readingNote(session, difference), ...notesOf(difference)]),
    ...changeTable(difference.changes, planning ? Number.POSITIVE_INFINITY : 50),
    data: dataOf(session, difference),
  };
}

/** All was sent, and something differs still. */
export function changedOnTheWay(session: Session, difference: SessionDifference): Finding {
  const { changes, byChecksum } = difference;
  const files = plural(changes.length, 'file');
  const names = some(changedFiles(changes).map(shownChange)) || 'a folder';
  const data = dataOf(session, difference);
  if (byChecksum)
    return {
      state: 'blocked',
      code: 'E_VERIFY',
      found: `${files} ${changes.length === 1 ? 'is' : 'are'} not the same ${difference.byContents ? 'byte by byte' : 'by checksum'}: ${names}`,
      needed: 'the same bytes on both sides',
      fix: 'run the same command again\nif that does not help: check the disks on both sides',
      data,
    };
  return {
    state: 'blocked',
    code: 'E_CHANGED_WHILE_SENT',
    found: `${files} changed on the way: ${names}`,
    needed: 'files that stay as they are while they travel',
    fix: 'let the writer finish, then run the same command again',
    data,
  };
}

/** Work of this machine would be lost. */
export function lostFinding(session: Session, difference: SessionDifference, { fault }: UserError): Finding {
  const { code, found, needed = '', fix, tail } = fault;
  return {
    state: 'blocked',
    code,
    found,
    needed,
    fix,
    ...(tail ? { tail } : {}),
    data: dataOf(session, difference),
    ...changeTable(difference.changes, session.context.option('verbose') === undefined ? 100 : Number.POSITIVE_INFINITY),
  };
}

const warningOf = (notes: readonly string[]): { warning?: string } => (notes.length > 0 ? { warning: notes.join('; ') } : {});

/** What a person is to know before it is begun. */
const readingNote = ({ remote }: Session, { byContents }: SessionDifference): string[] =>
  byContents ? [`\`${remote.name}\` tells no checksums: \`--verify\` fetches every file to compare it byte by byte`] : [];

/** What a person did not ask for, as sentences: neither what is always left out, nor a folder that need not be there. */
const notesOf = ({ skipped, empty, keptLinks = [] }: SessionDifference): string[] => [
  ...(skipped.length > 0 ? [`no plain files, so they do not travel: ${some(skipped)}`] : []),
  ...keptNote(keptLinks),
  ...(empty.length > 0 ? [`empty: ${empty.join(', ')}`] : []),
];

/** Files that our own patterns and those of the settings leave out, at the end of a sentence. */
const leftOut = ({ excluded }: SessionDifference): string => (excluded ? `; ${plural(excluded, 'file')} left out` : '');

function dataOf({ remote, direction, sent }: Session, { changes, excluded }: SessionDifference): Record<string, unknown> {
  const count = (action: string) => changedFiles(changes).filter((change) => change.action === action).length;
  return {
    remote: remote.name,
    direction,
    files: changes.map((change) => ({
      name: shownChange(change),
      action: change.action,
      kind: change.kind,
      bytes: change.bytes,
      ...(change.newer ? { note: change.newer } : {}),
    })),
    added: count('added'),
    changed: count('changed'),
    deleted: count('deleted'),
    bytes: bytesToSend(changes),
    ...(sent ? { sent } : {}),
    excluded: { patterns: ownExcludes, files: excluded ?? null },
  };
}
