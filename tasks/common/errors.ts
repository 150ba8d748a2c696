import * as os from 'node:os';
import * as path from 'node:path';
import { isSecretFile } from '../untrusted/secret-files';
import { notOurs } from '../untrusted/text';
import { shellWord } from './format';
import { outgoingFault, quoted } from './outgoing';

/** What a person reads when a step cannot go on: one sentence and the one command that fixes it. */
export interface Fault {
  /** Stable, listed in docs/ERRORS.md, for example `E_PYTHON_NOT_FOUND`. */
  code: string;
  found: string;
  needed?: string;
  fix: string;
  /** The last lines of the command that failed. */
  tail?: string;
}

/**
 * An error that a person can fix. just prints `stack` before anything else, so the stack of
 * such an error is the text a person should read.
 */
export class UserError extends Error {
  readonly fault: Fault;
  readonly exitCode: number;

  constructor(fault: Fault, exitCode = 1) {
    const outgoing = outgoingFault(fault);
    super(outgoing.found);
    this.name = 'UserError';
    this.fault = outgoing;
    this.exitCode = exitCode;
    this.stack = explain(outgoing);
  }
}

/** Wrong options, exit code 2. */
export function usageError(found: string, fix: string): UserError {
  return new UserError({ code: 'E_USAGE', found, fix }, 2);
}

/** The run was ended by Ctrl-C or a signal: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP, 141 where nobody reads any more. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}; the next run picks it up from here`);
    this.name = 'Interrupted';
    this.exitCode = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGPIPE: 141 }[signal as string] ?? 130;
    // Nobody reads it.
    this.stack = signal === 'SIGPIPE' ? '' : this.message;
  }
}

/** The text of a fault: sentence, evidence, blank line, `fix:`. */
export function explain(raw: Fault): string {
  const fault = outgoingFault(raw);
  const lines = [`${notOurs(fault.found)} (${fault.code})`];
  if (fault.needed) lines.push(`needed: ${fault.needed}`);
  if (fault.tail) lines.push('', ...quoted(fault.tail, '  '));
  return [...lines, '', `fix: ${fault.fix.replaceAll('\n', '\n     ')}`].join('\n');
}

/** What the system calls an error: `ENOENT`; '' where it is none of the system's. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';

/** Whether there was no room for it: on the disk, or in what this user may use of it. */
export const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(codeOf(error));

/** How programs say that there was none: by words, or by the number of errno. */
export const saysFull = /no space left on device|disk quota exceeded|\bE(?:NOSPC|DQUOT)\b|(?:errno|os error) (?:28|122)\b/i;

/** Anything thrown, as a fault: what is not ours keeps its own message. */
export function faultOf(error: unknown): Fault {
  return error instanceof UserError ? error.fault : outgoingFault(foreignFault(error));
}

/** Calls that only look; `open` may be both, and who reads says so. */
const looks = new Set(['access', 'stat', 'lstat', 'scandir', 'opendir', 'readlink', 'realpath', 'read']);
const isReading = (cause: NodeJS.ErrnoException & { isReading?: boolean }): boolean =>
  cause.isReading === true || looks.has(cause.syscall ?? '');

/** Our folders for what is needed for a moment, as `mkdtemp` completes their names, or would have. */
const temporaryPlace = /^(.*)[\\/]just-lora-[a-z]+-\w{6}(?:[\\/]|$)/;

/** A folder for temporary files that takes none: another one is the cure, and not the project. */
function temporaryFault(cause: NodeJS.ErrnoException): Fault | undefined {
  const named = temporaryPlace.exec(cause.path ?? '');
  const place = named && (named[1] || path.sep);
  const isNoFolder = cause.syscall === 'mkdtemp' && ['ENOENT', 'ENOTDIR'].includes(cause.code ?? '');
  const isClosed = isNoFolder || ['EACCES', 'EPERM', 'EROFS'].includes(cause.code ?? '');
  // A project may have such a name too.
  if (place !== path.normalize(os.tmpdir()) || (!isFull(cause) && !isClosed)) return undefined;
  const variable = process.platform === 'win32' ? '`set TEMP=C:\\a\\folder\\of\\yours`' : '`export TMPDIR=/a/folder/of/yours`';
  return {
    code: isFull(cause) ? 'E_DISK_FULL' : 'E_NOT_WRITABLE',
    found: `temporary files cannot be written to \`${place}\`${isFull(cause) ? ': no space left on the device' : ''} (${cause.code})`,
    needed: 'a folder for temporary files that takes some',
    fix: `${variable}, then run the same command again`,
  };
}

function foreignFault(error: unknown): Fault {
  const cause = error as NodeJS.ErrnoException;
  const temporary = cause?.code === undefined ? undefined : temporaryFault(cause);
  if (temporary) return temporary;
  if (isFull(error))
    return {
      code: 'E_DISK_FULL',
      found: `no space left on the device (${cause.path ?? cause.message})`,
      fix: '`npx just storage` shows what needs room; free some and run the same command again',
    };
  if (cause?.code && ['EACCES', 'EPERM'].includes(cause.code) && isReading(cause))
    return {
      code: 'E_NOT_READABLE',
      found: `\`${cause.path ?? 'the project'}\` cannot be read by this user (${cause.code})`,
      needed: 'read access to it, and to the folders above it',
      fix:
        cause.path !== undefined && isSecretFile(cause.path)
          ? `\`sudo chown "$(id -un)" ${shellWord(cause.path)}\` where it is yours; it holds a secret, so nobody else needs to read it`
          : 'have its owner give it, with `chmod -R a+rX` for the folder that is named, or name another place in the settings',
    };
  if (cause?.code === 'EISDIR' && cause.path !== undefined)
    return {
      code: 'E_PATH_TAKEN',
      found: `\`${cause.path}\` is a folder, and a file is wanted`,
      needed: 'a file, or nothing',
      fix: `\`mv -n ${shellWord(cause.path)} ${shellWord(`${cause.path}.kept`)}\`, then run the same command again`,
    };
  if (cause?.code && ['EACCES', 'EPERM', 'EROFS'].includes(cause.code))
    return {
      code: 'E_NOT_WRITABLE',
      found: `\`${cause.path ?? 'the project'}\` cannot be written (${cause.code})`,
      fix: 'give yourself write access to the project folder, then run the same command again',
    };
  return {
    code: 'E_UNEXPECTED',
    found: cause?.message ?? String(error),
    fix: 'run the same command with `--verbose`, and report what it prints',
  };
}
