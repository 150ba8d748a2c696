import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { some } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Blocked } from '../../engine/step';
import { sizeOf, sizeOfConda, sum } from '../../knowledge/sizes';
import { machineObstacle, pathObstacle } from '../obstacles/machine';
import { roomObstacle } from '../obstacles/room';
import { cacheFolder } from '../python/cache-folder';
import { distributionName } from '../venv/lock/environment-yml';
import type { Locked } from '../venv/lock/lock-file';
import { type CondaDefinition, requireConda } from './definition';
import { parseMatchSpec } from './packages/match-spec';
import { comesWithTorch } from './packages/packages';
import { askConda } from './program';

/** What stands in the way of making the environment, before anything is fetched. @throws UserError E_CONDA_NOT_FOUND, E_CONDA_BROKEN */
export async function condaObstacle(
  context: Context,
  { prefix, yml, requirements }: CondaDefinition,
  locked: readonly Locked[],
): Promise<Blocked | undefined> {
  const { host } = context;
  const conda = await askConda(context, requireConda(context));
  const versions = new Map(locked.map(({ name, version }) => [name, version]));
  const machine = machineObstacle(context, versions, context.host.glibc()) ?? pathObstacle(prefix, versions, 'prefix');
  if (machine) return machine;
  const absent = yml.channels.filter((channel) => channel.startsWith('file:') && !host.files.stat(folderOf(channel)));
  if (absent.length > 0)
    return {
      state: 'blocked',
      code: 'E_NETWORK',
      found: `${some(absent)} is not there, ${absent.length} of ${yml.channels.length} channels`,
      needed: 'channels that can be reached',
      fix: `correct \`channels\` in \`${requirements}\``,
    };
  const asked = yml.conda.map((spec) => parseMatchSpec(spec).name);
  const torchByConda = asked.some((name) => distributionName(name) === 'torch');
  const pip = locked.filter(({ name }) => !torchByConda || !(name === 'torch' || comesWithTorch(name)));
  const places = { environment: prefix, cache: conda.packageFolder ?? path.dirname(prefix), links: true };
  const room = await roomObstacle(context, places, sizeOfConda(asked));
  if (room) return room;
  return roomObstacle(
    context,
    { environment: prefix, cache: cacheFolder(context, 'uv'), links: true },
    // What conda has unpacked by then lies in the same folder.
    sum([sizeOf(pip), { download: 0, installed: sizeOfConda(asked).installed }]),
  );
}

const folderOf = (channel: string): string => (channel.startsWith('file:///') ? fileURLToPath(channel) : channel.slice('file:'.length));
