import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exampleOf } from '../support/documents';
import { projectCopy, runJust, temporaryFolder } from '../support/project';

const test = suite('examples of docs/EXTENDING.md');
const example = (file: string) => exampleOf('EXTENDING.md', file);

/** Changes a file of a project, which must then differ. */
function edit(project: string, file: string, change: (text: string) => string): void {
  const before = fs.readFileSync(path.join(project, file), 'utf8');
  const after = change(before);
  assert.is.not(after, before, file);
  fs.writeFileSync(path.join(project, file), after);
}

test('a check: validate makes it, and setup:local ends with it', async () => {
  const project = projectCopy();
  fs.writeFileSync(path.join(project, 'just.config.ts'), example('just.config.ts').replace("'just-lora'", "'./tasks'"));
  const programs = temporaryFolder();
  const env = { PATH: [programs, path.dirname(process.execPath), '/bin'].join(path.delimiter) };
  const look = async (...args: string[]) => {
    const { stdout, stderr } = await runJust(project, [...args, '--json'], env);
    try {
      return JSON.parse(stdout).steps.at(-1);
    } catch {
      throw new Error(`no JSON: ${stdout}\n${stderr}`);
    }
  };
  const program = path.join(programs, 'jq');
  fs.writeFileSync(program, '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  const { name, state, code, fix } = await look('validate');
  assert.equal([name, state, code, fix], ['jq', 'blocked', 'E_NO_JQ', '`sudo apt-get install -y jq`']);
  fs.writeFileSync(program, '#!/bin/sh\necho jq-1.7\n');
  for (const args of [['validate'], ['setup:local', '--check']]) {
    const seen = await look(...args);
    assert.equal([seen.name, seen.state, seen.found], ['jq', 'done', 'jq-1.7 on PATH'], args.join(' '));
  }
  assert.is.not((await look('validate', '--env=remote')).name, 'jq');
});

test('a model: named in the settings it is one of the models, and an entry of the table says its size before it is here', async () => {
  const project = projectCopy();
  fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), example('configs/setup.yaml'));
  const estimate = async () => {
    const { stdout } = await runJust(project, ['gpu', '--env=local', '--estimate', '--model=qwen-coder', '--json']);
    return JSON.parse(stdout).steps[0].found as string;
  };
  assert.match(await estimate(), /^qwen-coder: its shape is not known/);
  edit(project, 'tasks/knowledge/known-models.ts', (text) =>
    text.replace(/(export const repositories[\s\S]*?)\n\];/, (_, entries) => `${entries}\n${example('tasks/knowledge/known-models.ts')}];`),
  );
  assert.match(await estimate(), /^qwen-coder needs \d.* GB/);
});

test.run();
