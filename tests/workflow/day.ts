import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { Hub } from '../hub/server';
import { repository, temporaryFolder } from '../support/project';
import type { Machine } from './machines';

/* A stranger's day, by the commands that README.md prints. */

const readme = fs.readFileSync(path.join(repository, 'README.md'), 'utf8');
const commandsIn = (block = ''): string[] =>
  block
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, '').trim())
    .filter(Boolean);

/** The commands of the blocks under `## Workflow` whose first line names a machine. */
function commandsOf(machine: string): string[] {
  const [, section = ''] = /^## Workflow\n([\s\S]*?)^## /m.exec(readme) ?? [];
  return commandsIn([...section.matchAll(/```sh\n# (.*)\n([\s\S]*?)```/g)].find(([, title]) => title === machine)?.[2]);
}
export const morning = commandsOf('on the laptop');
export const noon = commandsOf('on the GPU machine');
export const evening = commandsOf('on the laptop again');
/** The block that needs no login: the first one with `--on`. */
export const alone = commandsIn([...readme.matchAll(/```sh\n([\s\S]*?)```/g)].find(([, block = '']) => block.includes('--on='))?.[1]);

const chat = (asked: string, answer: string) =>
  `${JSON.stringify({
    messages: [
      { role: 'user', content: asked },
      { role: 'assistant', content: answer },
    ],
  })}\n`;
export const data = {
  'weather.jsonl': chat('what will the weather be', 'cloudy with rain') + chat('and the wind', 'a light wind'),
  'deep/er.jsonl': chat('what will noon be like', 'cloudy with a light wind'),
};
export const adapterOf = ({ project }: Machine) => path.join(project, 'adapters', 'first');

/** What a person does between the commands. */
function prepareData({ project }: Machine): void {
  for (const [name, text] of Object.entries(data)) {
    const file = path.join(project, 'data', 'processed', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}
export async function right(machine: Machine, line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.type(line);
  assert.is(exitCode, 0, `${line}\n${stdout}\n${stderr}`);
  return stdout;
}

export async function day(here: Machine, there: Machine, type: (machine: Machine, line: string) => Promise<unknown>): Promise<void> {
  for (const line of morning) {
    if (line.includes('data:check')) prepareData(here);
    await type(here, line);
  }
  for (const [name, text] of Object.entries(data))
    assert.is(fs.readFileSync(path.join(there.project, 'data/processed', name), 'utf8'), text);
  for (const line of noon) await type(there, line);
  for (const line of evening) await type(here, line);
  assert.equal(
    fs.readFileSync(path.join(adapterOf(here), 'adapter_model.safetensors')),
    fs.readFileSync(path.join(adapterOf(there), 'adapter_model.safetensors')),
  );
  // What it was made of came along: the rows of this very day.
  const run = JSON.parse(fs.readFileSync(path.join(adapterOf(here), 'run.json'), 'utf8'));
  assert.equal(
    [run.model.repo, run.data.map(({ file }: { file: string }) => path.relative('data/processed', file)).sort()],
    ['mini/llama', Object.keys(data).sort()],
  );
}

/** Has the Hub serve a tiny model, made by the training environment of a machine. */
export function serveModel(hub: Hub, { project }: Machine): void {
  const made = temporaryFolder();
  execFileSync(path.join(project, '.venv-remote/bin/python'), [path.join(repository, 'tests/remote/tiny-models.py'), made], {
    stdio: 'pipe',
  });
  const folder = path.join(made, 'llama');
  hub.add('mini/llama', Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name))])));
}
