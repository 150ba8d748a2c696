import { bytes, some } from '../../common/format';
import type { Step } from '../../engine/step';
import { remoteAddress } from '../../sync/remotes/address';
import type { Bringing } from './bringing';
import type { MachineLook, NodeThere } from './look/machine-answer';

/** The machine can be reached, and is one that tasks run on. */
export function machineStep(bringing: Bringing): Step {
  const { remote } = bringing.machine;
  return {
    name: 'machine',
    title: `Check ${remote.name}`,
    async check(context) {
      bringing.forget();
      const look = await bringing.look(context);
      const { machine, libc, state, project } = look;
      const free = [state, ...(project.mount === state.mount ? [] : [project])]
        .filter(({ freeBytes }) => freeBytes !== undefined)
        .map(({ freeBytes = 0, mount }) => `${bytes(freeBytes)} free in \`${mount}\``);
      return {
        state: 'done',
        found: [`\`${remoteAddress(remote)}\` answers: Linux ${machine}, ${libc}`, ...free, placeText(look)].join(', '),
        data: { remote: remote.name, path: look.path, system: look.system, machine, libc, nodes: look.tried },
      };
    },
  };
}

const placeText = ({ at, isClone }: MachineLook): string =>
  at === 'missing' ? 'the project is not there yet' : `a ${isClone ? 'clone' : 'folder'} is at its place`;

/** Those that were tried and are none to run on, for a person. */
export const triedText = (tried: readonly NodeThere[]): string =>
  tried.length === 0
    ? 'no Node'
    : `no Node to run on (${some(tried.map(({ path, version }) => `${version || 'a broken one'} at \`${path}\``))})`;
