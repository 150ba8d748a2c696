import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fixBySettings } from '../../tasks/gpu/fixes';
import { projectCopy } from '../support/project';
import { contextFor } from '../support/transcript';

const test = suite('a fix by settings');
const settings = {
  'training.arguments.batch_size': 1,
  'training.arguments.max_seq_length': 512,
  'training.quantization.load_in_4bit': true,
};

test('names one command, and how it holds for every run', () =>
  assert.is(
    fixBySettings(settings),
    '`npx just gpu --set training.arguments.batch_size=1 --set training.arguments.max_seq_length=512 --set training.quantization.load_in_4bit=true`\n' +
      'for every run: `arguments: { batch_size: 1, max_seq_length: 512 }` and `quantization: { load_in_4bit: true }` in configs/training_config.remote.yaml',
  ));

test('of a run with options it is about the same model and settings', () => {
  const context = {
    ...contextFor(projectCopy(), { options: { model: 'mistral-7b', name: 'second' } }),
    task: 'train',
    optionNames: () => ['model', 'name', 'set'],
    optionValues: (name: string) =>
      name === 'set' ? ['training.lora.target_modules=[q_proj, v_proj]', 'training.arguments.batch_size=8'] : ['mistral-7b'],
  };
  assert.match(
    fixBySettings({ 'training.arguments.batch_size': 1 }, context),
    /^`npx just gpu --model=mistral-7b --set training\.lora\.target_modules='\[q_proj, v_proj\]' --set training\.arguments\.batch_size=1`/,
  );
});

test('both ways lead to the same settings', () => {
  const project = projectCopy();
  const text = fixBySettings(settings);
  const sets = [...text.matchAll(/--set ([^\s`]+)/g)].map(([, set = '']) => set);
  const lines = [...(text.split('\n')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, line = '']) => line);
  const bySets = contextFor(project, { sets }).settings.training;
  fs.writeFileSync(path.join(project, 'configs', 'training_config.remote.yaml'), lines.join('\n'));
  const byFile = contextFor(project).settings.training;
  assert.equal(bySets, byFile);
  assert.equal([byFile.arguments.batch_size, byFile.arguments.max_seq_length, byFile.quantization.load_in_4bit], [1, 512, true]);
});

test.run();
