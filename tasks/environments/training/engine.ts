import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { absolute } from '../../engine/paths';
import { keptCondaEnvironments } from '../conda/environment-record';
import { findConda } from '../conda/find';
import { askConda } from '../conda/program';
import { readCondaRecord } from '../conda/record';
import { environmentOfProfile } from '../profile/environment-of-profile';
import { readEnvironmentRecord } from '../venv/packages/environment-record';
import { keptVenvs } from '../venv/packages/kept';

/** Who makes the training environment. */
export type Engine = 'conda' | 'venv';

/** Who makes the environment, and why. */
export interface EngineChoice {
  engine: Engine;
  why: string;
}

/**
 * The setting; else what made the environment that is there; else conda where one is found and starts, since most rented
 * GPU images have none.
 */
export async function chooseEngine(context: Context): Promise<EngineChoice> {
  const { remote } = context.settings.setup;
  if (remote.engine !== 'auto') return { engine: remote.engine, why: `\`remote.engine\` is ${remote.engine}` };
  if (readEnvironmentRecord(context, absolute(context, remote.path))) return { engine: 'venv', why: `\`${remote.path}\` is there` };
  // A run that was killed while it changed one for another leaves the place empty.
  if (keptVenvs(context, environmentOfProfile(context, 'as-asked')).length > 0)
    return { engine: 'venv', why: `environments for \`${remote.path}\` are there` };
  const record = readCondaRecord(context);
  if (record && (context.host.files.stat(record.prefix) || keptCondaEnvironments(context, record.prefix).length > 0))
    return { engine: 'conda', why: `\`${record.prefix}\` is there` };
  const program = findConda(context);
  // It was named: an environment of 5 GB by something else is not what was asked for. Who makes it says that it is no program.
  if (!program && remote.conda) return { engine: 'conda', why: '`remote.conda` names it' };
  if (!program) return { engine: 'venv', why: 'neither conda nor mamba nor micromamba is there' };
  try {
    const { command, kind, version } = await askConda(context, program);
    return { engine: 'conda', why: `\`${command}\` is ${kind} ${version}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { engine: 'venv', why: `\`${program.command}\` does not start` };
  }
}
