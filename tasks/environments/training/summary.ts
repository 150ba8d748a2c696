import { columns } from '../../common/columns';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { RunResult } from '../../engine/run';
import { isCondaEnvironment } from '../prefix/prefix';
import { versionsIn } from '../prefix/site-packages';
import { remoteEnvironment } from '../profile/profile';
import { pinsOf } from '../venv/lock/pins';
import { requirementsText } from '../venv/requirements';
import { trainingPrefix } from './locate';

/** The packages that were asked for, the GPU, and what to do next. */
export async function remoteSummary(context: Context, { steps }: RunResult, width?: number): Promise<string> {
  const prefix = trainingPrefix(context) ?? '';
  const versions = versionsIn(context.host, prefix);
  const asked = pinsOf(requirementsText(context, await remoteEnvironment(context)) ?? '').map(({ name }) => name);
  const rows = [...new Set(asked)].flatMap((name) => (versions.has(name) ? [[name, versions.get(name) ?? '']] : []));
  const found = (name: string) => steps.find((step) => step.name === name)?.found ?? '';
  const activate = isCondaEnvironment(context.host, prefix) ? `conda activate ${prefix}` : `. ${shown(context.root, prefix)}/bin/activate`;
  return [
    columns([['package', 'version'], ...rows], '  ', width),
    `\n  and ${Math.max(0, versions.size - rows.length)} packages that they need`,
    `\nGPU: ${found('gpu') || found('gpu-driver')}`,
    ...(found('train') ? [`training: ${found('train')}`] : []),
    `\nnext: ${hasModels(context, steps) ? '' : '`npx just model:download`, then '}\`${activate}\``,
  ].join('\n');
}

/** All models that are wanted were fetched or looked at in this run, and are whole. */
function hasModels({ settings }: Context, steps: RunResult['steps']): boolean {
  const whole = steps.flatMap(({ name, state }) => (state === 'done' ? (/^(?:verify|download):(.*)/.exec(name)?.[1] ?? []) : []));
  const wanted = Object.entries(settings.setup.models).flatMap(([name, { enabled }]) => (enabled ? [name] : []));
  return wanted.length > 0 && wanted.every((name) => whole.includes(name));
}
