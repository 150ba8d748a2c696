import * as path from 'node:path';
import { plural } from '../../../common/format';
import type { Context } from '../../../engine/context';
import type { Action, Finding } from '../../../engine/step';
import { fixableFiles, originalEnding, originalOf, withOldKeys } from '../../folder/old-keys';
import type { Subject } from '../subject';

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

/** What `--fix-config` finds to write in a folder that is right; the finding of the folder itself where there is nothing. */
export function fixFinding(context: Context, { folder }: Subject, whole: Finding, commit: string | undefined): Finding {
  const changes = changesOf(context, folder);
  if (changes.length === 0) {
    const kept = fixableFiles.filter((name) => originalOf(context.host, folder, name));
    const words =
      kept.length > 0 ? `old keys beside the new ones in ${kept.join(' and ')}, originals kept` : 'no new keys without the old ones';
    return { ...whole, found: `${whole.found}; ${words}` };
  }
  const taken = changes.filter(({ name }) => context.host.files.lstat(path.join(folder, name + originalEnding)));
  if (taken.length > 0)
    return {
      state: 'blocked',
      code: 'E_MODEL_FIXED',
      found: `\`${taken[0]?.name}${originalEnding}\` is there, and \`${taken[0]?.name}\` is not what became of it`,
      needed: 'a place for the original, which is never written over',
      fix: `move \`${path.join(folder, `${taken[0]?.name}${originalEnding}`)}\` aside, then run the same command again`,
    };
  return {
    state: 'todo',
    code: 'E_MODEL_OLD_KEYS',
    found: `${plural(changes.length, 'file')} with keys that only transformers 5 reads: ${changes.map(({ name }) => `\`${name}\``).join(', ')}${
      commit ? `; ${changes.length === 1 ? 'it is' : 'they are'} of commit ${commit.slice(0, 12)}, and will no longer have its hash` : ''
    }`,
    fix: '`--fix-config` writes the old keys beside them',
    ...(whole.data ? { data: whole.data } : {}),
  };
}

/** Each file, its original first. */
export const fixActions = (context: Context, { folder }: Subject): Action[] =>
  changesOf(context, folder).map(({ name, before, after }) => ({
    title: `Write the keys of transformers 4 into ${name} beside those of 5, and keep the original as ${name}${originalEnding}`,
    async run({ host }) {
      const file = path.join(folder, name);
      if (host.files.lstat(file + originalEnding)) return;
      host.files.writeText(file + originalEnding, before);
      host.files.writeText(file, after);
    },
  }));
