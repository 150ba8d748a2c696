import * as path from 'node:path';
import { temporaryName } from '../common/temporary-name';
import { freeName } from '../engine/aside';
import type { Context } from '../engine/context';

/**
 * Gives a folder that is whole its name, last of all; on another disk it is copied beside the name before. What has the name is kept
 * as `NAME-before-TIME`. Its files are for everybody whom the umask lets in, whoever wrote them.
 */
export function giveName(context: Context, made: string, folder: string): void {
  const { host } = context;
  const beside = temporaryName(folder);
  host.files.remove(beside);
  host.files.makeFolder(path.dirname(folder));
  host.files.widen(made);
  host.files.move(made, beside);
  if (host.files.lstat(folder))
    host.files.move(
      folder,
      freeName(
        context,
        `${folder}-before-${host
          .now()
          .toISOString()
          .replace(/[-:]|\.\d+/g, '')}`,
      ),
    );
  host.files.move(beside, folder);
}
