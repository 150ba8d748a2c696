import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { columns } from '../../tasks/common/columns';
import { displayWidth, wrapped } from '../../tasks/common/width';

const test = suite('columns');

const rows = [
  ['setting', 'value', 'from'],
  ['training.lora.target_modules', 'q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj', 'configs/training_config.yaml:14'],
  ['paths.models_dir', 'models', 'default'],
];

test('a line for each row where nothing bounds it', () => {
  assert.is(columns(rows).split('\n').length, rows.length);
});

test('a long cell goes on in its own column, and no word is broken', () => {
  const lines = columns(rows, '', 100).split('\n');
  assert.ok(lines.length > rows.length);
  assert.match(lines[2] ?? '', /^ {30}\S/);
  const words = lines.join(' ').split(/\s+/);
  for (const word of rows.flat().flatMap((text) => text.split(' '))) assert.ok(words.includes(word), word);
});

test('columns that have no room side by side become blocks', () => {
  assert.is(
    columns(
      [
        ['package', 'installed', 'wanted', 'what it is'],
        ['transformers', '4.46.3', '4.46.2', 'another version'],
      ],
      '  ',
      30,
    ),
    ['  package     transformers', '  installed   4.46.3', '  wanted      4.46.2', '  what it is  another version'].join('\n'),
  );
});

test('no line is wider than the terminal, wide letters counted as two', () => {
  const wide = [
    ['file', 'what'],
    ['データ/学習/訓練データ.jsonl', '訓練データ、一行に一つの例 and some words of Latin letters besides'],
    ['👩‍💻-notes.txt', 'e\u0301e\u0301e\u0301'],
  ];
  assert.is(displayWidth('訓練'), 4);
  assert.is(displayWidth('👩‍💻'), 2);
  for (const table of [rows, wide])
    for (let width = 20; width < 140; width++)
      for (const line of columns(table, '  ', width).split('\n')) assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
  const [, ...cells] = columns(wide).split('\n');
  assert.is(displayWidth(cells[0]?.split('訓練データ、')[0] ?? ''), displayWidth(cells[1]?.split('e\u0301')[0] ?? ''));
});

test('a line is broken between words, a command never, and goes on below its text', () => {
  assert.is(
    wrapped('    fix: free 20 GB, or run `npx just model:clean --plan` and then the same again', 40),
    ['    fix: free 20 GB, or run', '         `npx just model:clean --plan`', '         and then the same again'].join('\n'),
  );
  assert.is(wrapped('✔ storage — 41 GB free in `models`', 20), '✔ storage — 41 GB\n  free in `models`');
});

test('a word that has no room behind the name of its column stands below it, whole', () => {
  const rows = [
    ['since', 'command', 'asked for by'],
    ['2026-11-28', 'npx just mkdirs', 'laptop:/home/me/work/project'],
  ];
  assert.is(
    columns(rows, '', 32),
    ['since         2026-11-28', 'command       npx just mkdirs', 'asked for by', '  laptop:/home/me/work/project'].join('\n'),
  );
});

test.run();
