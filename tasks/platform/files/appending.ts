import * as fs from 'node:fs';
import { fileMode } from './private';

/** In the place of a file: what this process writes to, a pipe. */
export const standardOutput = '-';

/**
 * A file that grows by lines, each in one write, for whoever follows it.
 * @returns appends one, and says how many bytes of it came to lie there: 0 where there is no room
 * @throws what the file system says where it cannot be made, and where it is a link
 */
export function appendTo(file: string): (line: string) => number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = fs.constants;
  // Opened anew: what Node has of a pipe does not wait for its reader.
  const handle =
    file === standardOutput
      ? fs.openSync('/proc/self/fd/1', O_WRONLY)
      : fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, fileMode(file));
  return (line) => {
    const bytes = Buffer.from(`${line}\n`);
    try {
      const written = fs.writeSync(handle, bytes);
      // What did not come whole ends here: the next one begins on a line of its own.
      if (written < bytes.length) fs.writeSync(handle, '\n');
      return written;
    } catch {
      return 0;
    }
  };
}

/** Bytes behind what a file has; it is made where it is missing, with this mode less what the umask takes. */
export const appendBytes = (file: string, bytes: Buffer, mode = fileMode(file)): void => fs.appendFileSync(file, bytes, { mode });
