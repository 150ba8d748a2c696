import { shownName } from '../../common/shown-name';
import { collidingNames, type RelativeName, relativeFault } from '../../untrusted/names';
import { oneLine } from '../../untrusted/text';
import { mostFiles, WrongAnswer } from './wrong-answer';

const shown = (name: string): string => `\`${oneLine(shownName(name.slice(0, 5000)))}\``;

/**
 * The one door for names that the other side listed. Byte strings.
 * @throws WrongAnswer for what is no path below a folder
 */
export function nameThere(name: string): RelativeName {
  const fault = relativeFault(name, 'latin1');
  if (fault) throw new WrongAnswer(`lists ${shown(name)}, which ${fault}`);
  return name as RelativeName;
}

/**
 * What was listed of one folder, by name.
 * @param entries names of bytes, each with what is known of it
 * @throws WrongAnswer for a name that is no path below a folder, one that comes twice, a file where another one needs a folder,
 *   and more than {@link mostFiles}
 */
export function listedThere<T>(entries: Iterable<readonly [string, T]>): Map<RelativeName, T> {
  const listed = new Map<RelativeName, T>();
  let count = 0;
  for (const [name, value] of entries) {
    if (++count > mostFiles) throw new WrongAnswer(`lists more than ${mostFiles} files in one folder`);
    const checked = nameThere(name);
    if (listed.has(checked)) throw new WrongAnswer(`lists ${shown(name)} twice`);
    listed.set(checked, value);
  }
  refuseCollisions(listed.keys());
  return listed;
}

/** @throws WrongAnswer where a file stands where another one needs a folder */
export function refuseCollisions(names: Iterable<RelativeName>): void {
  const [one, other] = collidingNames(names, (name) => name) ?? [];
  if (one === undefined || other === undefined) return;
  throw new WrongAnswer(
    one === other ? `lists ${shown(one)} twice` : `lists both ${shown(one)} and ${shown(other)}, of which one must be a folder`,
  );
}
