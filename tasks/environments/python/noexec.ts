import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Blocked } from '../../engine/step';
import { noexecMount } from '../../platform/mounts';

/** An environment on a filesystem that starts no program: better said before 5 GB are fetched, and no matter of building it again. */
export function noexecObstacle(context: Context, folder: string, setting: string): Blocked | undefined {
  const mount = noexecMount(context.host, folder);
  if (mount === undefined) return undefined;
  return {
    state: 'blocked',
    code: 'E_NOEXEC',
    found: `\`${shown(context.root, folder)}\` is on \`${mount}\`, which is mounted with \`noexec\`: programs on it cannot be started`,
    needed: 'a filesystem that lets programs start, for the environment',
    fix: `\`--set ${setting}=/a/folder/elsewhere\` puts it on another filesystem\nor change the mount: \`mount -o remount,exec ${mount}\``,
  };
}
