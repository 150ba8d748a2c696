import * as path from 'node:path';
import { plural } from '../../../common/format';
import { freeName, moveAside } from '../../../engine/aside';
import type { Context } from '../../../engine/context';
import type { Action, Finding } from '../../../engine/step';
import { modelFilesIn } from '../../folder/model-files';
import { fixableFiles, originalEnding, originalOf, withOldKeys } from '../../folder/old-keys';
import type { Expectation } from '../expected';
import { hashContent } from '../sidecar-files';
import type { Subject } from '../subject';
import { oneRope, ropeConflicts } from '../versions';

/** A file of a model that older versions of transformers would read wrongly, and what it would be. */
interface Change {
  name: string;
  before: string;
  after: string;
}

function changesOf({ host }: Context, folder: string): Change[] {
  return fixableFiles.flatMap((name) => {
    const before = host.files.readText(path.join(folder, name));
    const after = before === undefined ? undefined : withOldKeys(host, folder, name, before);
    return before === undefined || after === undefined || after === before ? [] : [{ name, before, after }];
  });
}

/**
 * What is under the name that the original will be kept as: `nothing`, the `same` bytes already, one of an `earlier` commit beside a
 * file that is just as the commit of now has it, or another, beside which a person may have changed the file.
 */
function keptOf({ host }: Context, folder: string, { name, before }: Change, expected: Expectation['expected']) {
  const kept = path.join(folder, name + originalEnding);
  if (!host.files.lstat(kept)) return 'nothing';
  if (host.files.stat(kept)?.isFile() && host.files.readText(kept) === before) return 'same';
  const hash = expected.find((file) => file.path === name)?.hash;
  return hash && hashContent(Buffer.from(before), hash) === hash.hex ? 'earlier' : 'other';
}

/** What `--fix-config` finds to write in a folder that is right; the finding of the folder itself where there is nothing. */
export function fixFinding(context: Context, { folder }: Subject, whole: Finding, { tree, expected }: Expectation): Finding {
  const changes = changesOf(context, folder);
  if (changes.length === 0) {
    const [conflict] = ropeConflicts(modelFilesIn(context.host, folder).config);
    if (conflict !== undefined)
      return {
        state: 'blocked',
        code: 'E_MODEL_OLD_KEYS',
        found: conflict,
        needed: 'old and new keys that say the same',
        fix: `${oneRope}, then run the same command again`,
        ...(whole.data ? { data: whole.data } : {}),
      };
    const kept = fixableFiles.filter((name) => originalOf(context.host, folder, name));
    const words =
      kept.length > 0 ? `old keys beside the new ones in ${kept.join(' and ')}, originals kept` : 'no new keys without the old ones';
    return { ...whole, found: `${whole.found}; ${words}` };
  }
  const taken = changes.find((change) => keptOf(context, folder, change, expected) === 'other');
  if (taken)
    return {
      state: 'blocked',
      code: 'E_MODEL_FIXED',
      found: `\`${taken.name}${originalEnding}\` is there, and \`${taken.name}\` is not what became of it`,
      needed: 'a place for the original, which is never written over',
      fix: `\`${moveAside(context, path.join(folder, `${taken.name}${originalEnding}`))}\`, then run the same command again`,
    };
  return {
    state: 'todo',
    code: 'E_MODEL_OLD_KEYS',
    found: `${plural(changes.length, 'file')} with keys that only transformers 5 reads: ${changes.map(({ name }) => `\`${name}\``).join(', ')}${
      tree ? `; ${changes.length === 1 ? 'it is' : 'they are'} of commit ${tree.commit.slice(0, 12)}, and will no longer have its hash` : ''
    }`,
    fix: '`--fix-config` writes the old keys beside them',
    ...(whole.data ? { data: whole.data } : {}),
  };
}

/** Each file, its original first; an original of an earlier commit gives way, and is kept under the next free name. */
export const fixActions = (context: Context, { folder }: Subject, { expected }: Expectation): Action[] =>
  changesOf(context, folder).map((change) => ({
    title: `Write the keys of transformers 4 into ${change.name} beside those of 5, and keep the original as ${change.name}${originalEnding}`,
    async run({ host }) {
      const file = path.join(folder, change.name);
      const original = file + originalEnding;
      const kept = keptOf(context, folder, change, expected);
      if (kept === 'other') return;
      if (kept === 'earlier') host.files.move(original, freeName(context, original));
      if (kept !== 'same') host.files.writeText(original, change.before);
      host.files.writeText(file, change.after);
    },
  }));
