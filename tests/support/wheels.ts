import { createHash } from 'node:crypto';
import { zip } from './zip';

export interface WheelSpec {
  name: string;
  version: string;
  /** Requirements as in METADATA, for example `beta>=1`. */
  requires?: readonly string[];
  /** Bytes of ballast beside the module. */
  ballast?: number;
  /** The name of a program that it brings. */
  program?: string;
  /** Text files besides, by their paths in the folder of packages. */
  files?: Readonly<Record<string, string>>;
}

export interface Wheel extends WheelSpec {
  file: string;
  bytes: Buffer;
  sha256: string;
}

const hash = (content: Buffer, encoding: 'hex' | 'base64url'): string => createHash('sha256').update(content).digest(encoding);

/** A wheel made on the spot: `import NAME` works and `NAME.version` tells which one it is. */
export function wheel(spec: WheelSpec): Wheel {
  const { name, version, requires = [], ballast = 0, program, files: more = {} } = spec;
  const info = `${name}-${version}.dist-info`;
  const metadata = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`, ...requires.map((one) => `Requires-Dist: ${one}`), ''];
  const files: Record<string, Buffer> = {
    [`${name}/__init__.py`]: Buffer.from(`version = "${version}"\n`),
    ...(ballast > 0 ? { [`${name}/ballast.bin`]: Buffer.alloc(ballast, name) } : {}),
    ...(program ? { [`${info}/entry_points.txt`]: Buffer.from(`[console_scripts]\n${program} = ${name}:run\n`) } : {}),
    ...Object.fromEntries(Object.entries(more).map(([file, text]) => [file, Buffer.from(text)])),
    [`${info}/METADATA`]: Buffer.from(metadata.join('\n')),
    [`${info}/WHEEL`]: Buffer.from('Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
  };
  const record = Object.entries(files).map(([file, content]) => `${file},sha256=${hash(content, 'base64url')},${content.length}`);
  files[`${info}/RECORD`] = Buffer.from([...record, `${info}/RECORD,,`, ''].join('\n'));
  const bytes = zip(files);
  return { ...spec, file: `${name}-${version}-py3-none-any.whl`, bytes, sha256: hash(bytes, 'hex') };
}
