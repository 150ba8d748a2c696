import { normalizeName } from '../../../common/package-name';

/** A library that a requirements file asks for; without a version where it is not pinned with `==`. */
export interface Pin {
  name: string;
  version?: string;
  /** PEP 508 environment marker, absent where the library is asked for on every machine. */
  marker?: string;
}

/** The libraries of a requirements file (pip's format), in its order. Options, addresses and files are left out. */
export function pinsOf(text: string): Pin[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const content = line.replace(/(^|\s)#.*$/, '').trim();
    const match = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:==\s*([^\s;,*]+)\s*(?:;.*)?$|[<>=!~;,(].*$|$)/.exec(content);
    if (!match?.[1]) return [];
    const marker = /;\s*(.+)$/.exec(content)?.[1];
    return [{ name: normalizeName(match[1]), ...(match[2] ? { version: match[2] } : {}), ...(marker ? { marker } : {}) }];
  });
}
