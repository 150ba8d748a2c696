import { compareDotted } from '../../common/dotted';
import type { Context } from '../../engine/context';
import type { Blocked } from '../../engine/step';
import * as builds from '../../knowledge/known-builds';
import type { Versions } from '../../knowledge/models';
import { inRange } from '../../knowledge/satisfies';
import { torchBuild } from '../../knowledge/torch';

/**
 * Can the packages of the lock run on this machine at all? Linux on x86_64, or on aarch64 where the index has builds for
 * its GPUs, and a C library that is new enough.
 * @param versions what the lock names for this machine
 * @param glibc what the machine has, `undefined` where it has none (musl) or does not say
 */
export function machineObstacle({ host }: Pick<Context, 'host'>, versions: Versions, glibc: string | undefined): Blocked | undefined {
  if (!versions.has('torch')) return undefined;
  const runs = host.platform === 'linux' && (host.arch === 'x64' || (host.arch === 'arm64' && runsOnArm(versions)));
  return runs ? glibcObstacle(versions, glibc) : wrongMachine(`${host.platform} ${host.arch}`, versions);
}

const runsOnArm = (versions: Versions): boolean =>
  torchBuild(versions.get('torch') ?? '', 'arm64')?.cuda !== undefined &&
  builds.aarch64.every(({ has: [name, range] }) => !versions.has(name) || inRange(versions.get(name) ?? '', range));

const wrongMachine = (machine: string, versions: Versions): Blocked => ({
  state: 'blocked',
  code: 'E_MACHINE',
  found: `this machine is ${machine}; ${versions.has('bitsandbytes') ? `bitsandbytes ${versions.get('bitsandbytes')} and ` : ''}CUDA builds of torch ${versions.get('torch')} exist for linux x64`,
  needed: 'Linux on x86_64 for the training environment',
  fix: [
    // Without a card that is seen the choice goes by the models alone.
    ...(machine === 'linux arm64' ? ['`npx just setup:remote --set remote.profile=current` has builds for this one'] : []),
    '`npx just setup:remote` on the GPU machine',
    'for this one: `npx just setup:local`',
  ].join('\n'),
});

function glibcObstacle(versions: Versions, glibc: string | undefined): Blocked | undefined {
  const least = builds.glibc
    .filter(({ has: [name, range] }) => inRange(versions.get(name) ?? '', range))
    .reduce((most, { glibc: wanted }) => (compareDotted(wanted, most) > 0 ? wanted : most), builds.oldestGlibc);
  if (glibc === undefined || compareDotted(glibc, least) >= 0) return undefined;
  const newer = `take a newer image (${builds.newEnoughImages} or later)`;
  const older = `\`npx just setup:remote --set remote.profile=as-asked\`, which needs ${builds.oldestGlibc}, where it loads the models and has code for the card`;
  return {
    state: 'blocked',
    code: 'E_GLIBC',
    found: `glibc ${glibc} is here, the packages need ${least}`,
    needed: `glibc ${least}`,
    fix: least === builds.oldestGlibc ? newer : `${newer}\n${older}`,
  };
}

/** Packages that cannot be imported from a path with a space: better said before the environment is built there. */
export function pathObstacle(folder: string, versions: Versions, setting: 'path' | 'prefix'): Blocked | undefined {
  const broken = folder.includes(' ') ? builds.brokenBySpaces.find(([name, range]) => inRange(versions.get(name) ?? '', range)) : undefined;
  if (!broken) return undefined;
  const [name] = broken;
  return {
    state: 'blocked',
    code: 'E_PATH_SPACE',
    found: `\`${folder}\` has a space in it, and ${name} ${versions.get(name)} does not find its own compiler there`,
    needed: 'a path without spaces for the training environment',
    fix: `\`npx just setup:remote --set remote.${setting}=/a/path/without/spaces\`\nfor every run: \`remote: { ${setting}: /a/path/without/spaces }\` in configs/setup.remote.yaml`,
  };
}
