import type { Context } from '../core/context';
import type { Finding } from '../core/step';
import { glibc as glibcFacts } from '../versions/known-builds';
import { inRange } from '../versions/satisfies';

type Blocked = Extract<Finding, { state: 'blocked' }>;

/**
 * Can the packages of the lock run on this machine at all? Linux on x86_64, and a C library that is new enough.
 * @param glibc what the machine has, `undefined` where it has none (musl) or does not say
 */
export function machineObstacle(
  { host }: Pick<Context, 'host'>,
  versions: ReadonlyMap<string, string>,
  glibc: string | undefined,
): Blocked | undefined {
  if (!versions.has('torch')) return undefined;
  const needsX86 = versions.has('bitsandbytes');
  const machine = `${host.platform} ${host.arch}`;
  if (host.platform !== 'linux' || (host.arch !== 'x64' && !(host.arch === 'arm64' && !needsX86)))
    return {
      state: 'blocked',
      code: 'E_MACHINE',
      found: `this machine is ${machine}; bitsandbytes ${versions.get('bitsandbytes')} and CUDA builds of torch ${versions.get('torch')} exist for linux x64`,
      needed: 'Linux on x86_64 for the training environment',
      fix: '`npx just setup:remote` on the GPU machine\nfor this one: `npx just setup:local`',
    };
  const least = glibcFacts.reduce((most, { has: [name, range], glibc: wanted }) => {
    const version = versions.get(name);
    return version && inRange(version, range) && isNewer(wanted, most) ? wanted : most;
  }, '2.17');
  if (glibc === undefined || !isNewer(least, glibc)) return undefined;
  return {
    state: 'blocked',
    code: 'E_GLIBC',
    found: `glibc ${glibc} is here, the packages need ${least}`,
    needed: `glibc ${least}`,
    fix: '`npx just setup:remote --set remote.profile=as-asked`, which needs 2.17\nfor the models that need compat: take a newer image (Ubuntu 18.04, Debian 10, RHEL 8 or later)',
  };
}

/** The C library's version as `node` itself reports it, without a process. */
export function glibcHere(): string | undefined {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
}

const isNewer = (one: string, other: string): boolean => {
  const [a = 0, b = 0] = one.split('.').map(Number);
  const [c = 0, d = 0] = other.split('.').map(Number);
  return a === c ? b > d : a > c;
};

/** triton 2.1 cannot be imported from a path with a space: better said before the environment is built there. */
export function pathObstacle(folder: string, versions: ReadonlyMap<string, string>, setting: 'path' | 'prefix'): Blocked | undefined {
  const triton = versions.get('triton');
  if (!triton || !inRange(triton, '<2.2') || !folder.includes(' ')) return undefined;
  return {
    state: 'blocked',
    code: 'E_PATH_SPACE',
    found: `\`${folder}\` has a space in it, and triton ${triton} does not find its own compiler there`,
    needed: 'a path without spaces for the training environment',
    fix: `\`npx just setup:remote --set remote.${setting}=/a/path/without/spaces\`\nfor every run: \`remote: { ${setting}: /a/path/without/spaces }\` in configs/setup.remote.yaml`,
  };
}
