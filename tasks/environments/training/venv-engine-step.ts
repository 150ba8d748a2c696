import type { Context } from '../../engine/context';
import type { Blocked, Step } from '../../engine/step';
import { sizeOf } from '../../knowledge/sizes';
import { machineObstacle, pathObstacle } from '../obstacles/machine';
import { networkObstacle } from '../obstacles/network';
import { roomObstacle } from '../obstacles/room';
import { chooseProfile } from '../profile/choose';
import { remoteEnvironment } from '../profile/profile';
import { cacheFolder } from '../python/cache-folder';
import type { Assessment } from '../venv/assess';
import { targetOf } from '../venv/definition';
import { environmentStep } from '../venv/environment-step';
import { lockedHere } from '../venv/packages/locked-here';
import { isBuilt } from '../venv/packages/look';
import { toolsFor } from '../venv/tools';

/** The step of the training environment where uv or pip makes it: the same builder as for the data work. */
export function venvEngineStep(name: string, title: string): Step<Assessment> {
  const step = environmentStep({ name, title, define: remoteEnvironment });
  return {
    ...step,
    async check(context, depth, tell, before) {
      const look = await step.check(context, depth, tell, before);
      if (look.state === 'done')
        return { ...look, data: { engine: 'venv', profile: (await chooseProfile(context)).profile, ...look.data } };
      return look.state === 'todo' && look.seen ? ((await obstacle(context, look.seen)) ?? look) : look;
    },
  };
}

/** What stands in the way of building it, before the first byte is fetched. */
async function obstacle(context: Context, { lock, health }: Assessment): Promise<Blocked | undefined> {
  const definition = await remoteEnvironment(context);
  const anew = health.kind === 'healthy' && context.forced('env:remote');
  if (lock.state === 'stale' || !(anew || isBuilt(health))) return undefined;
  const packages = lockedHere(context, definition, lock.packages);
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const machine = machineObstacle(context, versions, context.host.glibc()) ?? pathObstacle(targetOf(context, definition), versions, 'path');
  if (machine) return machine;
  const { uv, canFetch } = await toolsFor(context, definition);
  const usesUv = uv !== undefined || canFetch;
  const places = {
    environment: targetOf(context, definition),
    cache: cacheFolder(context, usesUv ? 'uv' : 'pip'),
    links: usesUv,
    ...(usesUv ? {} : { largest: Math.max(...packages.map((one) => sizeOf([one]).download)) }),
  };
  return (await roomObstacle(context, places, sizeOf(packages))) ?? networkObstacle(context, definition, packages);
}
