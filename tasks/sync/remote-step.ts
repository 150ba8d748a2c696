import { bytes } from '../common/format';
import type { Step } from '../engine/step';
import { remoteAddress } from './remotes/address';
import type { RemoteState } from './remotes/remote-type';
import type { Session } from './session/session';

/** The remote can be reached and worked with. */
export function remoteStep(session: Session): Step {
  return {
    name: 'remote',
    title: `Check ${session.remote.name}`,
    async check() {
      session.forget();
      const there = await session.there();
      return {
        state: 'done',
        found: thereText(there),
        ...thereWarning(there),
        data: { remote: session.remote.name, path: there.path, transfer: there.transfer },
      };
    },
  };
}

/** What a person is to know of a remote that answered. */
export function thereWarning({ clockAhead = 0, newHostKey }: RemoteState): { warning?: string } {
  const off = Math.abs(Math.round(clockAhead));
  const notes = [
    ...(newHostKey ? [`its host key is new here and was accepted: ${newHostKey}; compare it with the one that the provider shows`] : []),
    ...(off > 5
      ? [`the clock there is ${off} s ${clockAhead > 0 ? 'ahead' : 'behind'}: times of files made there are off by as much`]
      : []),
  ];
  return notes.length > 0 ? { warning: notes.join('; ') } : {};
}

/** What was seen of a remote, as one sentence. */
export function thereText({ remote, transportLabel: mover, freeBytes, clockAhead = 0 }: RemoteState): string {
  const clock = Math.abs(clockAhead) < 2 ? '' : `, clock ${Math.abs(Math.round(clockAhead))} s ${clockAhead > 0 ? 'ahead' : 'behind'}`;
  return `\`${remoteAddress(remote)}\` answers; ${mover}${freeBytes === undefined ? '' : `, ${bytes(freeBytes)} free`}${clock}`;
}
