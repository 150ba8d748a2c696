import type { Blocked } from '../../engine/step';
import type { Host } from '../../platform';

/** Variables by which the loader of Linux takes other libraries than a program was built with (ld.so(8)). */
const ofLoader = ['LD_LIBRARY_PATH', 'LD_PRELOAD'] as const;

/** What the loader says (glibc's ld.so), with the file that it could not load and what is wrong. */
const signs: readonly { says: RegExp; means(match: RegExpExecArray): string; mends: string }[] = [
  {
    says: /(\S+): failed to map segment from shared object/,
    means: ([, file]) => `\`${file}\` cannot be loaded: its filesystem is mounted with \`noexec\`, or memory is limited (\`ulimit -v\`)`,
    mends: 'put the environment on a filesystem that lets programs start: `--set remote.path=/a/folder/elsewhere`',
  },
  {
    says: /(\S+): undefined symbol: ([^\s,)]+)/,
    means: ([, file, symbol]) => `\`${file}\` lacks \`${symbol}\`: the libraries that it is loaded with are others than it was built for`,
    mends: 'look for another copy of the library that is named: `ldd FILE` shows which are taken',
  },
  {
    says: /(\S+): version [`'"]?([\w.]+)['"]? not found(?: \(required by ([^)\s]+)\))?/,
    means: ([, file, version, by]) => `\`${file}\` is older than ${by ? `\`${by}\`` : 'a library'} needs: it has no \`${version}\``,
    mends: 'take a newer image, or a newer copy of the file that is named',
  },
  {
    says: /(?:error while loading shared libraries: |ImportError: |OSError: )(\S+\.so[\w.]*): (cannot open shared object file[^"\n|]*|invalid ELF header|wrong ELF class[^"\n|]*|file too short)/,
    means: ([, file, what]) => `\`${file}\` cannot be loaded: ${what?.trim()}`,
    mends: 'install the library that is named, with the package manager of this system or image',
  },
];

/**
 * A library that the system's loader could not load, by its own words. Building the environment again brings the same files: what
 * mends it is a variable, a filesystem, or a library of the system.
 * @param text what Python or the loader said
 */
export function loaderFault({ env }: Pick<Host, 'env'>, text: string): Omit<Blocked, 'state' | 'needed'> | undefined {
  for (const { says, means, mends } of signs) {
    const match = says.exec(text);
    if (!match) continue;
    const set = ofLoader.filter((name) => env[name]);
    const by = set.map((name) => `\`${name}\` is \`${env[name]}\``).join(', ');
    const unset = `\`unset ${set.join(' ')}\`, then run the same command again: it comes before what the environment brings`;
    return {
      code: /failed to map segment/.test(match[0]) ? 'E_NOEXEC' : 'E_LIBRARY_LOAD',
      found: `${means(match)}${by ? `; ${by}` : ''}`,
      fix: set.length > 0 ? `${unset}\nelse: ${mends}` : mends,
    };
  }
  return undefined;
}
