import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { condaText } from '../prefix/conda-meta';
import { pythonIn } from '../prefix/prefix';
import { probe } from '../python/interpreter/probe';
import type { EnvironmentDefinition } from '../venv/definition';
import type { Locked } from '../venv/lock/lock-file';
import { installWhole } from '../venv/packages/install-whole';
import { inputsOf } from '../venv/packages/look';
import { afterFailure, disposeBackup, moveCondaToBackup, putCondaBack } from './create/backup';
import { createCondaEnvironment } from './create/create';
import { taken } from './create/create-faults';
import { installPipHalf } from './create/pip';
import { type CondaDefinition, requireConda } from './definition';
import { describeDrift, driftOf } from './drift';
import { type CondaEnvironmentRecord, readCondaEnvironmentRecord, writeCondaEnvironmentRecord } from './environment-record';
import { type CondaHealth, damagedPackages, isMade, lookAtConda } from './look';
import { condaContents, markersOf, pipHalf } from './packages/packages';
import { unnamedFiles } from './packages/unnamed-files';
import { askConda } from './program';
import { type CondaRecord, identityOf, keptEnvironments, readCondaRecord, writeCondaRecord } from './record';

type Tell = (progress: Progress) => void;

/** What has to be brought. */
export interface CondaWork {
  conda: CondaDefinition;
  /** The environment as the lock and its messages know it. */
  pip: EnvironmentDefinition;
  locked: readonly Locked[];
  /** How the environment was found against this lock. */
  health: CondaHealth;
  /** Build it again though it is whole. */
  anew: boolean;
}

/**
 * Brings an environment of conda's to what its file and its lock say: makes it, goes on with it, mends it. An environment
 * cannot be moved, so a new one is built at its place while the one before waits beside it, back there when anything fails.
 * @throws UserError
 */
export async function ensureCondaEnvironment(context: Context, work: CondaWork, tell: Tell): Promise<void> {
  const { conda: definition, health, anew } = work;
  const { prefix, yml } = definition;
  const isAPersons = health.kind === 'foreign' || (health.kind === 'healthy' && !health.ours);
  if (health.kind === 'foreign' || (isAPersons && anew)) throw taken(prefix);
  // One of a person's that fits is used, and nothing in it is touched.
  if (isAPersons) return;
  const before = readCondaRecord(context);
  if (health.kind === 'other' && health.back) {
    const noted = before?.prefix === prefix ? before : undefined;
    const record = noted ?? { name: yml.name, prefix, program: requireConda(context).command, phase: 'none' as const };
    putCondaBack(context, definition, { ...record, name: yml.name }, health.there, health.back);
    // It was whole when it was put aside: what became of it since, and what its lock says now, is looked at like any other.
    const found = await lookAtConda(context, definition, work.locked, anew ? 'full' : 'quick');
    if (found.kind === 'healthy' && !anew) return;
    return ensureCondaEnvironment(context, { ...work, health: found }, tell);
  }
  const aside = before?.prefix === prefix && before.aside ? { aside: before.aside } : {};
  const program = requireConda(context);
  const kept = keptEnvironments(context, before);
  let record: CondaRecord = { name: yml.name, prefix, program: program.command, phase: 'none', ...aside, kept };
  const builds = anew || isMade(health);
  if (builds) {
    const conda = await askConda(context, program);
    record = moveCondaToBackup(context, record, health);
    try {
      tell({ text: `${conda.kind} ${conda.version} at work` });
      record = await createCondaEnvironment(context, conda, definition, record, tell);
      writeCondaEnvironmentRecord(context, prefix, asConda(context, definition));
      await finish(context, work, { ...record, phase: 'pip' }, [], tell);
    } catch (error) {
      afterFailure(context, { ...record, ...(readCondaRecord(context) ?? {}) }, error);
      throw error;
    }
  } else {
    const folder = identityOf(context, prefix);
    const damaged = health.kind === 'pip' ? health.damaged : [];
    await finish(context, work, { ...record, phase: 'pip', ...(folder ? { folder } : {}) }, damaged, tell);
  }
}

/** pip's half, then a look at what came out, then last of all that it is whole. */
async function finish(
  context: Context,
  { conda: definition, pip, locked }: CondaWork,
  record: CondaRecord,
  again: readonly string[],
  tell: Tell,
): Promise<void> {
  const { prefix, yml } = definition;
  writeCondaRecord(context, record);
  const ours = readCondaEnvironmentRecord(context, prefix) ?? asConda(context, definition);
  writeCondaEnvironmentRecord(context, prefix, { ...ours, unfinished: true });
  const before = condaContents(context, prefix);
  const wanted = pipHalf(locked, before.conda, markersOf(context, before));
  const first = [...new Set([...again, ...damagedPackages(context, before).map(({ name }) => name)])];
  await installWhole(context, pip, {
    look: () => damagedPackages(context, condaContents(context, prefix)).filter(({ name }) => wanted.some((one) => one.name === name)),
    install: (torn) => installPipHalf(context, pip, prefix, wanted, torn?.map(({ name }) => name) ?? first, tell),
  });
  const contents = condaContents(context, prefix);
  const text = describeDrift(driftOf(yml, contents, wanted, undefined));
  const python = await pythonOf(
    context,
    prefix,
    contents.conda.some(({ name }) => name === 'python'),
  );
  if (text) throw incomplete(prefix, text);
  const { unfinished: _, ...whole } = ours;
  writeCondaEnvironmentRecord(context, prefix, {
    ...whole,
    name: yml.name,
    pip: wanted.map(({ name, version }) => `${name}==${version}`),
    inputs: inputsOf(context, pip, locked),
    python,
  });
  const kept = [...keptEnvironments(context, record), ...disposeBackup(context, definition, record)];
  writeCondaRecord(context, { name: yml.name, prefix, program: record.program, phase: 'none', kept });
}

/** What an environment is when conda is done with it: all that is in there is ours by then. */
function asConda(context: Context, { prefix, yml }: CondaDefinition): CondaEnvironmentRecord {
  return {
    by: 'just-lora',
    name: yml.name,
    unfinished: true,
    conda: condaContents(context, prefix).conda.map(condaText),
    pip: [],
    unnamed: unnamedFiles(context, prefix),
    inputs: {},
    python: '',
  };
}

async function pythonOf(context: Context, prefix: string, expected: boolean): Promise<string> {
  if (!expected) return 'none';
  const answer = await probe(context, pythonIn(context.host, prefix));
  if (typeof answer === 'string') throw incomplete(prefix, `its Python ${answer}`);
  return answer.version;
}

const incomplete = (prefix: string, what: string): UserError =>
  new UserError({
    code: 'E_CONDA_INCOMPLETE',
    found: `\`${prefix}\` is still wrong after the installation: ${what}`,
    fix: '`npx just env:remote --verbose` shows each command with its output',
  });
