import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { overridesFor } from '../../settings/read/sources';

/**
 * A cure of another machine with that machine's files of settings as they lie here: `configs/setup.remote.yaml` there is brought from
 * `configs/remotes/NAME.yaml`. Where that is not here yet, the other place is named too.
 * @param name of the machine under `remotes`
 */
export function filesHere({ host, root }: Context, cure: string, name: string): string {
  const files = new Map(overridesFor(name).map(({ here, there }) => [there, here]));
  // A command there is about the file there.
  return cure.replace(/`[^`\n]*`|configs\/\w+\.remote\.yaml/g, (text) => {
    const there = text.replace(/^`|`$/g, '');
    const here = files.get(there);
    if (here === undefined) return text;
    const mark = text === there ? '' : '`';
    const isHere = host.files.stat(path.join(root, here)) !== undefined;
    return `${mark}${here}${mark}${isHere ? '' : ` here, or ${text} there`}`;
  });
}
