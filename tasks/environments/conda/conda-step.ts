import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Action, Blocked, Depth, Finding, Step } from '../../engine/step';
import { activationFault } from '../prefix/activation';
import { remoteEnvironment } from '../profile/profile';
import { loaderFault } from '../python/loader-fault';
import { noexecObstacle } from '../python/noexec';
import { lockObstacle } from '../venv/build-obstacles';
import type { EnvironmentDefinition } from '../venv/definition';
import { type LockState, lockState } from '../venv/lock/lock-state';
import { makeLock } from '../venv/lock/make-lock';
import { lockedHere } from '../venv/packages/locked-here';
import { keepTitle, keptText, wantedVariant } from '../venv/packages/variants';
import { requirementsText } from '../venv/requirements';
import { type CondaDefinition, condaDefinition } from './definition';
import { ensureCondaEnvironment } from './ensure-environment';
import { keptCondaEnvironments } from './environment-record';
import { type CondaHealth, isMade, lookAtConda } from './look';
import { condaObstacle } from './obstacle';
import { keptEnvironments, readCondaRecord } from './record';

export interface CondaLook {
  conda: CondaDefinition;
  pip: EnvironmentDefinition;
  lock: Exclude<LockState, { state: 'blocked' }>;
  health: CondaHealth;
}

/** The step of the training environment where conda makes it. */
export function condaStep(name: string, title: string): Step<CondaLook> {
  return {
    name,
    title,
    async check(context, depth, _, before) {
      const looked = await lookAt(context, context.forced(name) ? 'full' : depth, context.forced(name) && before === undefined);
      return 'state' in looked ? looked : { ...findingOf(context, looked, depth), seen: looked };
    },
    plan: async (context, seen) => (seen ? actionsFor(context, seen, context.forced(name)) : []),
  };
}

async function lookAt(context: Context, depth: Depth, anew: boolean): Promise<CondaLook | Blocked> {
  const pip = await remoteEnvironment(context);
  const conda = await condaDefinition(context);
  const lock = lockFor(context, pip);
  if (lock.state === 'blocked') return lock;
  if (lock.state === 'stale') {
    const obstacle = await lockObstacle(context, pip, lock);
    if (obstacle) return obstacle;
  }
  const health = await lookAtConda(context, conda, lock.state === 'fresh' ? lock.packages : [], depth);
  if (health.kind === 'foreign')
    return {
      state: 'blocked',
      code: 'E_CONDA_PREFIX_TAKEN',
      found: health.found,
      needed: 'a free place, or an environment that just-lora made; yours is left as it is',
      fix: `\`npx just env:remote --set remote.prefix=${conda.prefix}-lora\`\nfor every run: \`remote: { prefix: ${conda.prefix}-lora }\` in configs/setup.remote.yaml`,
    };
  const builds = isMade(health) || (anew && !(health.kind === 'healthy' && !health.ours));
  const loader = health.kind === 'rebuild' ? loaderFault(context.host, health.found) : undefined;
  if (loader) return { state: 'blocked', needed: 'a Python that starts', ...loader, found: `${health.found}: ${loader.found}` };
  if (builds) {
    const obstacle =
      noexecObstacle(context, conda.prefix, 'remote.prefix') ??
      (await condaObstacle(context, conda, lock.state === 'fresh' ? lockedHere(context, pip, lock.packages) : []));
    if (obstacle) return obstacle;
  }
  return { conda, pip, lock, health };
}

/** A file without a pip half needs no lock. */
function lockFor(context: Context, pip: EnvironmentDefinition): LockState {
  const asked = requirementsText(context, pip);
  return asked !== undefined && asked.trim() === '' ? { state: 'fresh', packages: [] } : lockState(context, pip);
}

function findingOf(context: Context, { lock, health, conda }: CondaLook, depth: Depth): Finding {
  const changed = [...(lock.state === 'stale' ? lock.changed : []), ...('changed' in health ? health.changed : [])];
  const because = changed.length > 0 ? { changed } : {};
  if (lock.state === 'stale') return { state: 'todo', found: lock.found, ...because };
  if (health.kind !== 'healthy') {
    const data = 'packages' in health ? { data: { engine: 'conda', path: conda.prefix, packages: health.packages } } : {};
    // What a full look alone finds is hidden from the quick one of the task: packages that differ are not.
    const isHidden = depth === 'full' && 'changed' in health && health.changed.length === 0;
    const fix = isHidden ? { fix: '`npx just env:remote --force`' } : {};
    return { state: 'todo', found: health.found, ...because, ...fix, ...data };
  }
  const kept = keptEnvironments(context, readCondaRecord(context));
  const others = keptCondaEnvironments(context, conda.prefix);
  const activation = activationFault(context.host, conda.prefix, 'remote.prefix');
  const warnings = [
    ...(activation ? [activation] : []),
    ...(health.extra.length > 0
      ? [
          `${some(health.extra)} ${health.extra.length === 1 ? 'was' : 'were'} added by hand and ${health.extra.length === 1 ? 'stays' : 'stay'}`,
        ]
      : []),
    ...kept.map(({ place, holds }) => `an environment before is kept in \`${place}\`, which holds ${holds}`),
  ];
  return {
    state: 'done',
    found: `\`${conda.prefix}\`: ${health.found}${health.ours ? '' : ' (just-lora did not make it)'}${keptText(context.root, others)}`,
    ...(warnings.length > 0 ? { warning: warnings.join('; ') } : {}),
    data: {
      engine: 'conda',
      profile: conda.profile,
      path: conda.prefix,
      python: health.python,
      packages: health.packages,
      ...(others.length > 0 ? { kept: others } : {}),
    },
  };
}

function actionsFor(context: Context, { conda, pip, lock, health }: CondaLook, anew: boolean): Action[] {
  const actions: Action[] = [];
  if (lock.state === 'stale')
    actions.push({ title: `make \`${pip.lock}\` from \`${pip.requirements}\``, run: (now) => makeLock(now, pip) });
  actions.push({
    title: titleOf(context, conda, health, anew),
    async run(now, tell) {
      if (lock.state === 'fresh') return ensureCondaEnvironment(now, { conda, pip, locked: lock.packages, health, anew }, tell);
      // By the lock that was made just now the environment is another one than it was by the lock before.
      const made = lockFor(now, pip);
      if (made.state !== 'fresh') throw new UserError({ code: 'E_LOCK_STALE', found: made.found, fix: `\`npx just ${pip.lockTask}\`` });
      const found = await lookAtConda(now, conda, made.packages, 'quick');
      await ensureCondaEnvironment(now, { conda, pip, locked: made.packages, health: found, anew }, tell);
    },
  });
  return actions;
}

function titleOf(context: Context, definition: CondaDefinition, health: CondaHealth, anew: boolean): string {
  const { prefix, requirements } = definition;
  const of = `\`${prefix}\` of \`${requirements}\``;
  if (health.kind === 'healthy' && !health.ours && !anew) return `use \`${prefix}\` as it is: just-lora did not make it`;
  if (health.kind === 'other') {
    const stays = health.there ? keepTitle(context, prefix, health.there) : '';
    if (health.back) return `put ${wantedVariant(definition)} back as \`${prefix}\`${stays}; what differs from its lock is mended`;
    return `make ${of} with conda, then pip's half from its lock${stays}`;
  }
  if (health.kind === 'absent') return `make ${of} with conda, then pip's half from its lock`;
  if (health.kind === 'half') return `make ${of} again, after an interrupted run`;
  if (health.kind === 'rebuild' || anew) return `build ${of} again; the one before is kept until the new one passes`;
  return `bring pip's half of \`${prefix}\` in line with the lock`;
}
