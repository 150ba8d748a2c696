import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Depth, Finding, Step } from '../../engine/step';
import { activationFault } from '../prefix/activation';
import { type Assessment, assess, environmentName } from './assess';
import { type EnvironmentDefinition, targetOf } from './definition';
import { placeSetting } from './foreign';
import { keptVenvs } from './packages/kept';
import type { EnvironmentHealth } from './packages/look';
import { withPins } from './packages/packages';
import { keptText } from './packages/variants';

export interface EnvironmentStepOptions {
  /** The name of the step, and of the task that brings it. */
  name: string;
  title: string;
  /** The environment that it is about, from the settings. */
  define(context: Context): EnvironmentDefinition | Promise<EnvironmentDefinition>;
}

/**
 * The step of one Python environment: interpreter, lock and packages.
 * @example environmentStep({ name: 'env:local', title: 'Build the environment', define: localEnvironment })
 */
export function environmentStep({ name, title, define }: EnvironmentStepOptions): Step<Assessment> {
  return {
    name,
    title,
    async check(context, depth, _, before) {
      const definition = await define(context);
      // A damaged file is not seen by a quick look, and mended: else all would be built again, out of a cache that may be damaged too.
      const far = before ? 'full' : 'hashes';
      const assessed = await assess(context, definition, context.forced(name) ? far : depth);
      if ('state' in assessed) return assessed;
      const finding = findingOf(context, definition, assessed, depth);
      const newly = before ? assessed.additions.filter((place) => !before.additions.includes(place)) : [];
      const activation = activationFault(context.host, targetOf(context, definition), placeSetting(definition));
      const warning = [
        ...newly.map((place) => `\`${shown(context.root, place)}\` keeps what a person had added to the environment before`),
        ...(activation ? [activation] : []),
      ];
      return { ...finding, ...(finding.state === 'done' && warning.length > 0 ? { warning: warning.join('; ') } : {}), seen: assessed };
    },
    async plan(context, seen) {
      if (!seen) return [];
      // What builds one is loaded where there is something to build.
      const { actionsFor } = require('./environment-actions') as typeof import('./environment-actions');
      return actionsFor(context, await define(context), seen, context.forced(name));
    },
  };
}

function findingOf(context: Context, definition: EnvironmentDefinition, { lock, health }: Assessment, depth: Depth): Finding {
  const changed = changesIn(definition, lock, health);
  const because = changed.length > 0 ? { changed } : {};
  // Against a lock that is out of date every package would be an extra one.
  if (lock.state === 'stale') {
    const data =
      'packages' in health
        ? { data: { path: environmentName(context, definition), packages: withPins(health.packages, context, definition) } }
        : {};
    return { state: 'todo', found: lock.found, ...because, ...data };
  }
  if (health.kind === 'healthy') {
    const { packages, python } = health;
    const kept = keptVenvs(context, definition);
    const data = { path: environmentName(context, definition), python, packages, ...(kept.length > 0 ? { kept } : {}) };
    return { state: 'done', found: `${health.found}${keptText(context.root, kept)}`, data };
  }
  const data = health.kind === 'repair' ? { data: { path: environmentName(context, definition), packages: health.packages } } : {};
  // What a full look finds may be hidden from the quick one of the task.
  const isHidden = health.kind === 'repair' ? health.damaged.length > 0 : health.kind === 'rebuild' && depth === 'full';
  const repair = isHidden ? { fix: `\`npx just ${definition.task} --force\`` } : {};
  return { state: 'todo', found: health.found, ...because, ...repair, ...data };
}

/** What changed since the last success: of the environment where there was one, else since the lock was made. */
function changesIn({ lock: file }: EnvironmentDefinition, lock: Assessment['lock'], health: EnvironmentHealth): string[] {
  const ofHealth = 'changed' in health ? health.changed : [];
  if (lock.state === 'fresh') return ofHealth;
  const ofLock = lock.changed.filter((text) => !(text.startsWith('Python ') && ofHealth.some((other) => other.startsWith('Python '))));
  return [...new Set([...ofLock, ...ofHealth.filter((text) => text !== `${file} changed`)])];
}
