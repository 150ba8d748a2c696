import * as fs from 'node:fs';
import * as path from 'node:path';
import { profileNames } from '../tasks/environments/profile/profile-files';
import { repository } from '../tests/support/project';
import { compareAdapters } from './profiles/compare';
import { forEachProfile, makeEnvironments } from './profiles/environments';
import { asText, loadRows, lossRows, optionRows, pageWithTables } from './profiles/tables';
import { train } from './profiles/train';

/**
 * Makes the training environment of each profile, trains the same five steps in each, prints what each made of the same settings, and
 * writes losses and "trained under, loads under" into docs/ENVIRONMENTS.md: `npm run profiles`. It needs 20 GB, most of which it shares
 * with the cache of uv, and fetches 10 GB where that is empty; nothing of it stays.
 */
async function main(): Promise<void> {
  const environments = await makeEnvironments();
  const without = await forEachProfile((profile) => train(environments[profile], 0));
  const withDropout = await forEachProfile((profile) => train(environments[profile]));
  const peft = await forEachProfile((profile) => without[profile].result.versions['peft'] ?? '');
  const models = await forEachProfile((profile) => without[profile].model);
  const adapters = profileNames.map((trained) => ({ trained, folder: without[trained].adapter }));
  const losses = lossRows(without, withDropout);
  const loads = loadRows(await compareAdapters(environments, models, peft, adapters), peft);
  for (const rows of [optionRows(without), losses, loads]) process.stdout.write(`${asText(rows)}\n`);
  const page = path.join(repository, 'docs', 'ENVIRONMENTS.md');
  fs.writeFileSync(page, pageWithTables(fs.readFileSync(page, 'utf8'), losses, loads));
}

void main();
