import * as path from 'node:path';
import type { Host } from '../../platform';
import { programsOf } from './prefix';

/** Characters that a shell reads between double quotes. */
const readInQuotes = /["$`]/;

/**
 * Why a shell cannot activate an environment, which is no matter to tasks: they start its programs by their paths.
 * @param setting that names another place for it
 * @returns `undefined` where it can
 */
export function activationFault(host: Host, prefix: string, setting: string): string | undefined {
  if (host.platform === 'win32') return undefined;
  const why = prefix.includes(path.delimiter) ? 'PATH is split at the `:`' : quotesIn(host, prefix);
  return (
    why &&
    `no shell can activate it: ${why} in \`${prefix}\`; the tasks work. Name a place without it (\`${setting}\`), or move the project`
  );
}

/** Python's own venv of before 2024 puts the path between double quotes as it is; uv and newer ones quote it. */
function quotesIn(host: Host, prefix: string): string | undefined {
  const character = readInQuotes.exec(prefix)?.[0];
  const script = character && host.files.readText(path.join(programsOf(host, prefix), 'activate'));
  return script && /^VIRTUAL_ENV="/m.test(script)
    ? `its script does not quote the ${character === '`' ? 'backtick' : `\`${character}\``}`
    : undefined;
}
