import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryFolder } from '../../tests/support/project';
import type { Environment } from './environments';
import { inEnvironment } from './train';

/** What PEFT does with an adapter; `without`: the same with the keys that it does not know left out. */
export type Loaded = { loads: true; logits: readonly number[] } | { loads: false; error: string; without?: Loaded };

/** What the model answers without an adapter, and with each. */
export interface Answers {
  base: readonly number[];
  adapters: Readonly<Record<string, Loaded>>;
}

/** Loads adapters in an environment, each on a base of its own, for real. */
export function load(environment: Environment, model: string, adapters: readonly string[]): Answers {
  const answer = path.join(temporaryFolder('just-lora-profiles'), 'answer.json');
  inEnvironment(environment, 'load.py', model, answer, ...adapters);
  return JSON.parse(fs.readFileSync(answer, 'utf8'));
}

/** Logits that differ by less are of the same model: versions of torch add up in another order. */
const sameLogits = 1e-4;

const areSame = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((value, index) => Math.abs(value - (other[index] ?? Number.NaN)) < sameLogits);

/** Whether an adapter was loaded as what it is: it says what it says where it was trained, which is not what the base says. */
export const isRight = (loaded: Loaded | undefined, trained: Loaded | undefined, base: readonly number[]): boolean =>
  loaded?.loads === true && trained?.loads === true && areSame(loaded.logits, trained.logits) && !areSame(loaded.logits, base);

/** What `model:verify --adapter --for` says: it loads as it is, as the copy that it writes, or not. */
export type Verdict = 'loads' | 'copy' | 'refused';

/** Asks it of adapters for a version of PEFT. It writes the copies that help. */
export async function verdicts(
  { run }: Environment,
  adapters: readonly string[],
  version: string,
): Promise<ReadonlyMap<string, { verdict: Verdict; found: string; copy: string }>> {
  const ask = (folders: readonly string[], ...more: string[]) =>
    run('model:verify', ...folders.map((folder) => `--adapter=${folder}`), `--for=${version}`, ...more);
  const { report: asked } = await ask(adapters, '--check');
  const told = { done: 'loads', todo: 'copy', blocked: 'refused' } as const;
  const answers = new Map(
    adapters.map((folder, index) => {
      const { state, found } = asked.steps[index] as { state: keyof typeof told; found: string };
      return [folder, { verdict: told[state], found, copy: `${folder}-peft-${version}` }];
    }),
  );
  // A run ends at the first that is refused.
  const helped = adapters.filter((folder) => answers.get(folder)?.verdict === 'copy');
  if (helped.length > 0) await ask(helped);
  return answers;
}
