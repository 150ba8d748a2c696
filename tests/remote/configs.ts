import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { type Subject, subjectsOf } from '../../tasks/checkpoints/models/subject';
import { verifyStep } from '../../tasks/checkpoints/models/verify-step';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import type { Ending } from '../support/sync-here';

/** Small models, each with a config.json that says otherwise than its weights: what is said of them is what the real transformers does with them. */
export async function testConfigs(python: string): Promise<void> {
  const folder = temporaryFolder('jl-configs');
  const said = execFileSync(python, [path.join(__dirname, 'configs.py'), folder], { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  const real = JSON.parse(said.trimEnd().split('\n').at(-1) ?? '') as { folder: string; kind: string; change: string; verdict: string }[];
  assert.ok(real.filter(({ change }) => change === 'as-it-is').length >= 2, JSON.stringify(real));
  for (const each of real) {
    const context = contextWith({}, { path: path.join(folder, each.folder) });
    const [subject] = subjectsOf(context);
    const step = (await verifyStep(subject as Subject).check(context, 'full', () => undefined, undefined)) as Ending;
    const told = step.state === 'done' ? (/layers? of them out|leaves \d+/.test(step.warning ?? '') ? 'leaves' : 'loads') : 'wrong';
    // Older versions pass over `head_dim`, and over lists of layers; a folder is judged by the newer ones.
    const isNewer =
      told === 'wrong' && /(?:^|config\.json` )says `[^`]*(?:head_dim` \d+, and|hidden_layers` \d+, and its `)/.test(step.found);
    const expected = ['refuses', 'random'].includes(each.verdict) || isNewer ? 'wrong' : each.verdict;
    assert.is(told, expected, `${JSON.stringify(each)}; ${JSON.stringify(step)}`);
  }
}
