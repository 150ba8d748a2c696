import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryFolder } from './project';

/**
 * Programs of which ssh does something else once, when it is called for this.
 * @param call a part of its command, without single quotes
 * @param does lines of a shell; `"$@"` are its arguments
 * @returns `armed`: a folder without which it is the real one, and which is gone once it was that
 */
export function sshThat(call: string, does: string): { PATH: string; armed: string } {
  const bin = temporaryFolder('jl-bin');
  const armed = path.join(bin, 'armed');
  fs.mkdirSync(armed);
  const text = `#!/bin/sh\ncase "$*" in *'${call}'*) if rmdir '${armed}' 2>/dev/null; then ${does}; fi;; esac\nexec /usr/bin/ssh "$@"\n`;
  fs.writeFileSync(path.join(bin, 'ssh'), text, { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}`, armed };
}
