import type { RelativeName } from '../../../untrusted/names';
import type { FileThere } from './compare-answer';
import type { FileHere } from './files-here';
import { blockerOf } from './parents';
import type { Sent } from './sent';

/** What is to happen with each name, by three sides: here, there, and what we, or the commit there, put there. */
export interface Decision {
  /** Differs, or is not there. */
  send: FileHere[];
  /** Is there as we sent it, and gone here, or in the way of what comes. It goes first. */
  remove: RelativeName[];
  /** A person changed it there: what is here would replace that. */
  changed: RelativeName[];
  /** Something of a person's stands at a name there, or at a folder of one, that is of another kind. */
  inTheWay: RelativeName[];
}

/** What lies there. */
export interface There {
  files: ReadonlyMap<RelativeName, FileThere>;
  sent: Sent;
  /** What is in each folder that stands at the name of a file; the name of a folder ends with `/`. */
  inside: ReadonlyMap<RelativeName, readonly string[]>;
}

/** What is to happen with one file: nothing where nothing is said. */
interface Verdict {
  sends?: boolean;
  /** What goes first: ours, and of another kind. */
  removes?: readonly RelativeName[];
  /** A person changed it there. */
  isChanged?: boolean;
  /** What of a person's stands there. */
  inTheWay?: RelativeName;
}

/**
 * @param baseOf the content that a name has at the commit there; `undefined` where it has none, or that is not known
 */
export async function decide(
  here: ReadonlyMap<RelativeName, FileHere>,
  { files: there, sent, inside }: There,
  baseOf: (name: RelativeName) => Promise<string | undefined>,
): Promise<Decision> {
  const [send, changed]: [FileHere[], RelativeName[]] = [[], []];
  const [remove, inTheWay] = [new Set<RelativeName>(), new Set<RelativeName>()];
  const isOurs = async (name: RelativeName): Promise<boolean> => {
    const content = there.get(name)?.content;
    return content !== undefined && (sent.files.get(name)?.includes(content) || (await baseOf(name)) === content);
  };
  const isOtherProgram = (file: FileHere, found: FileThere): boolean => {
    if (file.isExecutable === found.isExecutable) return false;
    // A disk that knows no such permission is not asked again for a file that was sent with it, or without.
    const isRecorded = sent.files.get(file.name)?.includes(file.content);
    return !isRecorded || sent.programs.has(file.name) !== file.isExecutable;
  };
  /** The files of a folder, where they are all ours, and it has no more than these. */
  const oursInside = async (folder: RelativeName): Promise<RelativeName[] | undefined> => {
    const held = inside.get(folder) ?? [];
    const files = held.filter((name) => !name.endsWith('/')) as RelativeName[];
    const isBare = held.some((name) => name.endsWith('/') && !files.some((file) => file.startsWith(name)));
    if (files.length === 0 || isBare) return undefined;
    for (const file of files) if (!(await isOurs(file))) return undefined;
    return files;
  };
  const verdictOf = async (file: FileHere): Promise<Verdict> => {
    const { name } = file;
    const [found, blocker] = [there.get(name), blockerOf(there, name)];
    if (blocker !== undefined) {
      if (await isOurs(blocker)) return { sends: true, removes: [blocker] };
      return found?.content === file.content ? {} : { inTheWay: blocker };
    }
    if (!found) return { sends: true };
    if (found.content === 'other') return { inTheWay: name };
    if (found.content === 'folder') {
      const removes = await oursInside(name);
      return removes ? { sends: true, removes } : { inTheWay: name };
    }
    if (found.content !== file.content) return { sends: true, isChanged: !(await isOurs(name)) };
    return { sends: isOtherProgram(file, found) };
  };
  for (const file of here.values()) {
    const { sends, removes = [], isChanged, inTheWay: stands } = await verdictOf(file);
    if (sends) send.push(file);
    for (const name of removes) remove.add(name);
    if (isChanged) changed.push(file.name);
    if (stands !== undefined) inTheWay.add(stands);
  }
  for (const [name, contents] of sent.files) {
    const found = there.get(name);
    if (!here.has(name) && found && contents.includes(found.content) && blockerOf(there, name) === undefined) remove.add(name);
  }
  return { send, remove: [...remove], changed, inTheWay: [...inTheWay] };
}
