import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from '../core/context';
import type { Finding } from '../core/step';
import { some } from '../core/text';
import { glibcHere, machineObstacle, pathObstacle } from '../obstacles/machine';
import { cacheFolder, roomObstacle } from '../obstacles/room';
import type { Locked } from '../parse/lock';
import { parseMatchSpec } from '../parse/match-spec';
import { sizeOf, sizeOfConda, sum } from '../versions/sizes';
import { type CondaDefinition, requireConda } from './definition';
import { askConda } from './program';

type Blocked = Extract<Finding, { state: 'blocked' }>;

/** What stands in the way of making the environment, before anything is fetched. @throws UserError E_CONDA_NOT_FOUND, E_CONDA_BROKEN */
export async function condaObstacle(
  context: Context,
  { prefix, yml, requirements }: CondaDefinition,
  locked: readonly Locked[],
): Promise<Blocked | undefined> {
  const { host } = context;
  const conda = await askConda(context, requireConda(context));
  const versions = new Map(locked.map(({ name, version }) => [name, version]));
  const machine = machineObstacle(context, versions, glibcHere()) ?? pathObstacle(prefix, versions, 'prefix');
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
  const torchByConda = yml.conda.some((spec) => parseMatchSpec(spec).name === 'pytorch');
  const pip = locked.map(({ name }) => name).filter((name) => !torchByConda || !/^(torch|triton|nvidia-)/.test(name));
  const places = { environment: prefix, cache: conda.packageFolder ?? path.dirname(prefix), links: true };
  const room = await roomObstacle(context, places, sizeOfConda(yml.conda.map((spec) => parseMatchSpec(spec).name)));
  if (room) return room;
  return roomObstacle(
    context,
    { environment: prefix, cache: cacheFolder(context, 'uv'), links: true },
    sum([sizeOf(pip), { download: 0, installed: sizeOfConda(yml.conda.map((spec) => parseMatchSpec(spec).name)).installed }]),
  );
}

const folderOf = (channel: string): string => (channel.startsWith('file:///') ? fileURLToPath(channel) : channel.slice('file:'.length));
