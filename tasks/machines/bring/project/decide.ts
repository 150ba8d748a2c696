import type { RelativeName } from '../../../untrusted/names';
import type { FileThere } from './compare-answer';
import type { FileHere } from './files-here';
import type { Sent } from './sent';

/** What is to happen with each name, by three sides: here, there, and what we, or the commit there, put there. */
export interface Decision {
  /** Differs, or is not there. */
  send: FileHere[];
  /** Is gone here, and there as we sent it. */
  remove: RelativeName[];
  /** A person changed it there: what is here would replace that. */
  changed: RelativeName[];
  /** Something that is no file stands at a name there. */
  inTheWay: RelativeName[];
}

/**
 * @param baseOf the content that a name has at the commit there; `undefined` where it has none, or that is not known
 */
export async function decide(
  here: ReadonlyMap<RelativeName, FileHere>,
  there: ReadonlyMap<RelativeName, FileThere>,
  sent: Sent,
  baseOf: (name: RelativeName) => Promise<string | undefined>,
): Promise<Decision> {
  const decision: Decision = { send: [], remove: [], changed: [], inTheWay: [] };
  const isOurs = async (name: RelativeName, content: string) => sent.get(name)?.includes(content) || (await baseOf(name)) === content;
  for (const [name, file] of here) {
    const found = there.get(name);
    if (found?.content === 'other') decision.inTheWay.push(name);
    else if (!found) decision.send.push(file);
    else if (found.content !== file.content) {
      decision.send.push(file);
      if (!(await isOurs(name, found.content))) decision.changed.push(name);
    }
    // A disk that knows no such permission is not asked again for a file that was sent.
    else if (file.isExecutable && !found.isExecutable && !sent.get(name)?.includes(file.content)) decision.send.push(file);
  }
  for (const [name, contents] of sent) {
    const found = there.get(name);
    if (!here.has(name) && found && contents.includes(found.content)) decision.remove.push(name);
  }
  return decision;
}
