import { normalizeName } from '../../../common/package-name';
import { fieldsOf, tryParse } from '../../../untrusted/json';
import { oneLine } from '../../../untrusted/text';

/** One file of a package as an index lists it. */
export interface IndexFile {
  filename: string;
  version: string;
  /** Where it is, as the page says: it may be relative to the page, or to `base` where the page has one. Absent where the page says nothing. */
  href?: string;
  base?: string;
  /** Taken back by whoever published it (PEP 592), with their reason where they gave one. */
  yanked?: { reason: string };
  /** Versions of Python that it is for, as it says. */
  python?: string;
}

/** How a page is asked for: what an index may answer with, best first (PEP 691). */
export const pageHeaders = {
  'Accept-Encoding': 'gzip',
  Accept: 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1',
};

/** More files than any package has. */
const mostFiles = 50_000;

/** The files of a page of the simple API, JSON (PEP 691) or HTML (PEP 503); `undefined` where it is neither. */
export function indexFiles(body: string, contentType: string, name: string): IndexFile[] | undefined {
  if (/json/i.test(contentType)) {
    const files = fieldsOf(tryParse(body))?.['files'];
    if (!Array.isArray(files)) return undefined;
    return files.slice(0, mostFiles).flatMap((one: unknown) => {
      const { filename, yanked, 'requires-python': python, url } = fieldsOf(one) ?? {};
      return typeof filename === 'string' ? fileOf(filename, name, yanked, python, url) : [];
    });
  }
  if (!/html/i.test(contentType)) return undefined;
  const files: IndexFile[] = [];
  const base = /<base\s[^<>]{0,200}?\bhref\s*=\s*["']([^"'<>]{1,2000})["']/i.exec(body.slice(0, 10_000))?.[1];
  for (const [, attributes = '', text = ''] of body.matchAll(/<a\s([^<>]{0,4000})>([^<>]{1,500})<\/a>/gi)) {
    if (files.length >= mostFiles) break;
    const yanked = /\sdata-yanked(?:="([^"]*)")?/i.exec(` ${attributes}`);
    const python = /\sdata-requires-python="([^"]*)"/i.exec(` ${attributes}`)?.[1];
    const [, , href] = /\shref\s*=\s*(["'])(.*?)\1/i.exec(` ${attributes}`) ?? [];
    const found = fileOf(text.trim(), name, yanked ? (yanked[1] ?? true) : false, python && unescaped(python), href && unescaped(href));
    files.push(...(base ? found.map((file) => ({ ...file, base: unescaped(base) })) : found));
  }
  return files;
}

/** The address of a file. @param page where the page that lists it came from */
export function addressOf({ href, base }: IndexFile, page: URL): URL | undefined {
  try {
    const address = href === undefined ? undefined : new URL(href, base === undefined ? page : new URL(base, page));
    return address && /^https?:$/.test(address.protocol) ? address : undefined;
  } catch {
    return undefined;
  }
}

function fileOf(filename: string, name: string, yanked: unknown, python: unknown, href: unknown): IndexFile[] {
  const version = versionIn(filename, name);
  if (!version) return [];
  const taken = yanked === true || typeof yanked === 'string' ? { yanked: { reason: yanked === true ? '' : oneLine(yanked, 160) } } : {};
  const from = typeof href === 'string' && href.length < 4000 ? { href } : {};
  return [{ filename, version, ...from, ...taken, ...(typeof python === 'string' && python.length < 200 ? { python } : {}) }];
}

/** The version in the name of a wheel (PEP 427) or of an archive of sources (PEP 625, and older ones). */
function versionIn(filename: string, name: string): string | undefined {
  if (filename.length > 300) return undefined;
  const wheel = /^([^-]+)-([^-]+)(?:-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl$/.exec(filename);
  if (wheel) return normalizeName(wheel[1] as string) === name ? wheel[2] : undefined;
  const archive = /^(.+)-([^-]+)\.(?:tar\.gz|zip|tar\.bz2)$/.exec(filename);
  return archive && normalizeName(archive[1] as string) === name ? archive[2] : undefined;
}

const unescaped = (text: string): string =>
  text
    .replace(/&gt;/g, '>')
    .replace(/&lt;/g, '<')
    .replace(/&quot;/g, '"')
    .replace(/&#(?:39|x27);/gi, "'")
    .replace(/&amp;/g, '&');
