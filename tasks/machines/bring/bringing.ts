import type { Context } from '../../engine/context';
import { nodeProgramBytes, nodeVersion } from '../../knowledge/node-builds';
import { readLook } from '../../sync/posix/read-look';
import type { Machine } from '../machine';
import { appHere } from './app/app-here';
import { type MachineLook, parseMachine } from './look/machine-answer';
import { machineScript } from './look/machine-script';
import { refuseMachine } from './look/refusals';

/** An app takes some megabytes: what it may take there, unpacked beside what is on its way. */
const appBytes = 20_000_000;

/** What the steps of one machine share: one look, made anew behind whatever acted. */
export class Bringing {
  #look: Promise<MachineLook> | undefined;

  constructor(readonly machine: Machine) {}

  /**
   * What the machine is: one round trip.
   * @throws UserError by the fault of the way, and for a machine that is none to run on
   */
  look(context: Context): Promise<MachineLook> {
    this.#look ??= lookAt(context, this.machine);
    return this.#look;
  }

  /** It is not as it was. */
  forget(): void {
    this.#look = undefined;
  }
}

async function lookAt(context: Context, { remote, shell }: Machine): Promise<MachineLook> {
  const { hash } = context.resources.get(context, appHere);
  const answer = await shell.run(machineScript, [remote.path, nodeVersion, hash], { limits: { timeoutMs: 60_000 } });
  const look = await readLook(context, remote, shell.ssh, answer, parseMachine);
  refuseMachine(remote, look, (look.node ? 0 : nodeProgramBytes) + (look.hasApp ? 0 : appBytes));
  return look;
}
