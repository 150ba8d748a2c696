import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import type { Progress } from '../core/step';
import { some } from '../core/text';
import { condaText } from '../parse/conda-meta';
import type { Locked } from '../parse/lock';
import { probe } from '../python/probe';
import { type EnvironmentDefinition, pythonIn } from '../venv/definition';
import { damagedIn } from '../venv/installed';
import { inputsOf } from '../venv/look';
import { createEnvironment, taken } from './create';
import { type CondaDefinition, requireConda } from './definition';
import { describeDrift, driftOf } from './drift';
import { type CondaHealth, lookAtConda } from './look';
import { contentsOf, markersOf, pipHalf } from './packages';
import { installPipHalf } from './pip';
import { askConda } from './program';
import { type CondaRecord, forgetMarker, identityOf, isSameFolder, readMarker, readRecord, writeMarker, writeRecord } from './record';

type Tell = (progress: Progress) => void;

export interface Work {
  conda: CondaDefinition;
  /** The same environment as the lock and its messages know it. */
  pip: EnvironmentDefinition;
  locked: readonly Locked[];
}

/**
 * Brings an environment of conda's to what its file and its lock say: makes it, goes on with it, mends it. An environment
 * cannot be moved, so a new one is built at its place while the one before waits beside it, back there when anything fails.
 * @throws UserError
 */
export async function bringConda(context: Context, work: Work, tell: Tell, anew: boolean): Promise<void> {
  const { conda: definition, locked } = work;
  const { prefix, yml } = definition;
  const health = await lookAtConda(context, definition, locked, 'quick');
  if (health.kind === 'foreign') throw taken(prefix);
  const before = readRecord(context);
  const kept = before?.prefix === prefix && before.aside ? { aside: before.aside } : {};
  const program = requireConda(context);
  let record: CondaRecord = { name: yml.name, prefix, program: program.command, phase: 'none', ...kept };
  const builds = anew || !['pip', 'healthy'].includes(health.kind);
  if (builds) {
    const conda = await askConda(context, program);
    record = clearPlace(context, record, health);
    try {
      tell({ text: `${conda.kind} ${conda.version} at work` });
      record = await createEnvironment(context, conda, definition, record, tell);
      await finish(context, work, { ...record, phase: 'pip' }, [], tell);
    } catch (error) {
      afterFailure(context, { ...record, ...(readRecord(context) ?? {}) }, error);
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
  { conda: definition, pip, locked }: Work,
  record: CondaRecord,
  again: readonly string[],
  tell: Tell,
): Promise<void> {
  const { prefix, yml } = definition;
  writeRecord(context, record);
  forgetMarker(context, prefix);
  const before = contentsOf(context, prefix);
  const wanted = pipHalf(locked, before.conda, markersOf(context, before));
  const damaged = before.sitePackages ? damagedIn(context, before.sitePackages, before.pip).map(({ name }) => name) : [];
  await installPipHalf(context, pip, prefix, wanted, [...new Set([...again, ...damaged])], tell);
  const contents = contentsOf(context, prefix);
  const text = describeDrift(driftOf(yml, contents, wanted, undefined));
  const python = await pythonOf(
    context,
    prefix,
    contents.conda.some(({ name }) => name === 'python'),
  );
  if (text) throw incomplete(prefix, text);
  writeMarker(context, prefix, {
    by: 'just-lora',
    name: yml.name,
    conda: contents.conda.map(condaText),
    pip: wanted.map(({ name, version }) => `${name}==${version}`),
    inputs: inputsOf(context, pip, locked),
    python,
  });
  const kept = disposeAside(context, record);
  writeRecord(context, { name: yml.name, prefix, program: record.program, phase: 'none', ...(kept ? { kept } : {}) });
}

async function pythonOf(context: Context, prefix: string, expected: boolean): Promise<string> {
  if (!expected) return 'none';
  const answer = await probe(context, pythonIn(context, prefix));
  if (typeof answer === 'string') throw incomplete(prefix, `its Python ${answer}`);
  return answer.version;
}

/** A whole environment of ours waits beside its place; the rest of a run that was killed is removed where it is surely ours. */
function clearPlace(context: Context, record: CondaRecord, health: CondaHealth): CondaRecord {
  const { files } = context.host;
  const { prefix } = record;
  const noted = readRecord(context);
  if (health.kind === 'absent' || !files.lstat(prefix)) return record;
  if (health.kind === 'half') {
    if (isSameFolder(context, prefix, noted?.folder)) files.remove(prefix);
    // Made in the moment between the start of conda and our note of it: surely ours it is not.
    else files.move(prefix, freeName(context, `${prefix}.half-made`));
    return record;
  }
  if (!readMarker(context, prefix)) throw taken(prefix);
  const aside = record.aside ?? freeName(context, `${prefix}.before`);
  if (record.aside && files.lstat(record.aside)) {
    // Two generations: the one in the place is the younger.
    files.move(record.aside, freeName(context, `${prefix}.kept`));
  }
  writeRecord(context, { ...record, aside });
  files.move(prefix, aside);
  return { ...record, aside };
}

function freeName({ host }: Context, wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!host.files.lstat(name)) return name;
  }
}

/** What conda left of a failed build goes; what was there before is back. pip's half can be gone on with, so it stays. */
function afterFailure(context: Context, record: CondaRecord, error: unknown): void {
  const { files } = context.host;
  const { prefix, aside } = record;
  const interrupted = !(error instanceof UserError);
  if (record.phase === 'pip' && !aside) return;
  // An interrupted run is gone on with by the next one, which finds its note.
  if (interrupted && !aside) return;
  if (files.lstat(prefix) && isSameFolder(context, prefix, record.folder)) files.remove(prefix);
  if (aside && files.lstat(aside) && !files.lstat(prefix)) files.move(aside, prefix);
  const { name, program } = record;
  writeRecord(context, { name, prefix, program, phase: 'none', ...(aside && files.lstat(aside) ? { aside } : {}) });
}

/**
 * The environment before is removed once the new one stands, unless it holds what the new one does not:
 * packages that a person added, files beside conda's own. Then it stays, and its place is told.
 */
function disposeAside(context: Context, { prefix, aside }: CondaRecord): string | undefined {
  const { files } = context.host;
  if (!aside || !files.lstat(aside)) return undefined;
  const marker = readMarker(context, aside);
  const [then, now] = [contentsOf(context, aside), contentsOf(context, prefix)];
  const known = new Set([...(marker?.conda ?? []).map((text) => text.split('=')[0]), ...now.conda.map(({ name }) => name)]);
  const knownToPip = new Set([...(marker?.pip ?? []).map((text) => text.split('==')[0]), ...now.pip.map(({ name }) => name)]);
  const added = [...then.conda.filter(({ name }) => !known.has(name)), ...then.pip.filter(({ name }) => !knownToPip.has(name))].map(
    ({ name }) => name,
  );
  const beside = files.list(aside).filter((name) => !files.lstat(path.join(prefix, name)));
  if (!marker || added.length + beside.length > 0)
    return `\`${aside}\`, which holds ${some([...added, ...beside]) || 'what just-lora did not make'}`;
  files.remove(aside);
  return undefined;
}

const incomplete = (prefix: string, what: string): UserError =>
  new UserError({
    code: 'E_CONDA_INCOMPLETE',
    found: `\`${prefix}\` is not what it should be after the installation: ${what}`,
    fix: '`npx just conda --verbose` shows each command with its output',
  });
