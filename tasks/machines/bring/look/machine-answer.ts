import { textName } from '../../../common/shown-name';
import type { Architecture } from '../../../knowledge/node-builds';
import { pathThere } from '../../../sync/answers/path-there';
import { isByteCount } from '../../../untrusted/hashes';
import { oneLine } from '../../../untrusted/text';

/** A place of the machine: the project's folder, or where what is brought lies. */
export interface Place {
  /** The nearest folder that is there, or the place itself. */
  nearest: string;
  isFolder: boolean;
  isWritable: boolean;
  /** Bytes; `undefined` where it does not tell. */
  freeBytes: number | undefined;
  /** Where its filesystem is mounted, as `df` says; two places with one mount share their room. */
  mount: string;
  /** Programs cannot be started there (`noexec`). */
  isNoExec: boolean;
}

/** A Node that was tried there. */
export interface NodeThere {
  path: string;
  /** `22.20.0`; '' where it does not run. */
  version: string;
}

/** What the look at a machine printed. Paths are absolute, in UTF-8. */
export interface MachineLook {
  home: string;
  /** The project's folder. */
  path: string;
  /** As `uname -s` says it: `Linux`. */
  system: string;
  /** As `uname -m` says it. */
  machine: string;
  /** What its C library calls itself: `glibc 2.35`. */
  libc: string;
  project: Place;
  state: Place;
  /** What stands at `path`. */
  at: 'missing' | 'folder' | 'other';
  isClone: boolean;
  /** The boot that it is in; '' where it does not tell. */
  boot: string;
  /** Device and inode of the project's folder, or of the nearest one that is there, and of those above it: `2049:131`. */
  above: readonly string[];
  /** The app that was asked for is there, each file with its size. */
  hasApp: boolean;
  /** Those that were tried, in their order. */
  tried: readonly NodeThere[];
  /** The last that was tried is one to run on. */
  node: NodeThere | undefined;
  /** Who could fetch one there. Looked for only where none was found. */
  fetcher: 'pip' | 'ensurepip' | 'uv' | undefined;
  python: string;
  uv: string;
  /** Something else prints too: a login shell that is not silent. */
  noisy: boolean;
}

export const architectures: Readonly<Record<string, Architecture>> = {
  x86_64: 'x86_64',
  amd64: 'x86_64',
  aarch64: 'aarch64',
  arm64: 'aarch64',
};

/** More Nodes than these are nothing that a person has. */
const mostNodes = 100;

/**
 * @param text one character a byte
 * @returns `undefined` where the marks are missing: it did not run to its end
 * @throws WrongAnswer where a path is none
 */
export function parseMachine(text: string): MachineLook | undefined {
  const begin = text.indexOf('just-lora-begin\n');
  const end = text.lastIndexOf('just-lora-end');
  if (begin < 0 || end < begin) return undefined;
  const values = new Map<string, string>();
  const tried: NodeThere[] = [];
  const above: string[] = [];
  for (const line of textName(text.slice(begin, end)).split('\n')) {
    const node = /^node=(\S*) (.+)$/.exec(line);
    if (node && tried.length < mostNodes) tried.push({ version: versionOf(node[1] ?? ''), path: pathThere('node', node[2] ?? '') });
    else if (line.startsWith('above=')) above.push(oneLine(line.slice('above='.length), 60));
    else if (line.includes('=')) values.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1));
  }
  const value = (key: string) => values.get(key) ?? '';
  const optional = (key: string) => (value(key) === '' ? '' : pathThere(key, value(key)));
  const fetches = value('fetches');
  const place = (name: 'project' | 'state'): Place => {
    const free = Number(/^\d{1,15}$/.exec(value(`${name}_free_kb`))?.[0]) * 1024;
    return {
      nearest: pathThere(`${name}_nearest`, value(`${name}_nearest`)),
      isFolder: value(`${name}_folder`) === 'yes',
      isWritable: value(`${name}_writable`) === 'yes',
      freeBytes: isByteCount(free) ? free : undefined,
      mount: oneLine(value(`${name}_mount`), 200),
      isNoExec: value(`${name}_options`).split(',').includes('noexec'),
    };
  };
  const at = value('at');
  return {
    home: pathThere('home', value('home')),
    path: pathThere('path', value('path')),
    system: oneLine(value('system'), 40),
    machine: oneLine(value('machine'), 40),
    libc: oneLine(value('libc'), 80),
    project: place('project'),
    state: place('state'),
    at: at === 'folder' || at === 'missing' ? at : 'other',
    isClone: value('git') === 'yes',
    boot: oneLine(value('boot'), 60),
    above,
    hasApp: value('app') === 'yes',
    tried,
    node: value('found') === 'yes' ? tried.at(-1) : undefined,
    fetcher: fetches === 'pip' || fetches === 'ensurepip' ? fetches : values.has('uv') && values.has('python') ? 'uv' : undefined,
    python: optional('python'),
    uv: optional('uv'),
    noisy: begin > 0,
  };
}

const versionOf = (text: string): string => /^v(\d{1,4}\.\d{1,4}\.\d{1,4})\b/.exec(text)?.[1] ?? '';
