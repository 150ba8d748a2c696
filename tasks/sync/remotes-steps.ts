import type { Context } from '../engine/context';
import type { Step } from '../engine/step';
import { thereText, thereWarning } from './remote-step';
import { remoteNamed } from './remotes/chosen-remote';
import { filledIn } from './remotes/remote-settings';
import { kindNamed, type RemoteState } from './remotes/remote-type';

/** A step for each remote of the settings: the look at it. A template is told only where nothing is filled in. */
export function remotesSteps(context: Context): Step[] {
  const { remotes, default_remote } = context.settings.setup;
  const filled = filledIn(remotes);
  const names = filled.length > 0 ? filled : Object.keys(remotes);
  const looks = new Map<string, Promise<RemoteState>>();
  const look = async (name: string): Promise<RemoteState> => {
    const remote = remoteNamed(context, name);
    return kindNamed(remote.type).lookAt(context, remote, [], 'push');
  };
  const reach = (name: string) => {
    // The first one asked for starts them all: one that does not answer holds up no other.
    for (const each of names)
      if (!looks.has(each)) {
        const started = look(each);
        started.catch(() => undefined);
        looks.set(each, started);
      }
    return looks.get(name) as Promise<RemoteState>;
  };
  return names.map(
    (name): Step => ({
      name,
      title: `Check ${name}`,
      async check() {
        const there = await reach(name);
        const usual = name === default_remote || (default_remote === null && filled.length === 1);
        return {
          state: 'done',
          found: `${thereText(there)}${usual ? ' (the default)' : ''}`,
          ...thereWarning(there),
          data: {
            type: there.remote.type,
            path: there.path,
            transfer: there.transfer,
            freeBytes: there.freeBytes ?? null,
            clockAheadSeconds: Math.round(there.clockAhead ?? 0),
          },
        };
      },
    }),
  );
}
