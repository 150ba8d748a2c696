import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ownOptions, parseOptions } from '../../tasks/cli/options';
import type { LoraTask } from '../../tasks/cli/task';
import { projectCopy, repository, runJust } from '../support/project';

const test = suite('commands in the documents');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...fs
    .readdirSync(path.join(repository, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string) => fs.readFileSync(path.join(repository, page), 'utf8');

/** The words of each `npx just …` of a page, up to what ends a command. Placeholders in capitals are for the reader. */
function commandsOf(page: string): string[][] {
  // Code of other languages names tasks that its reader is about to write; a benchmark names its peer's.
  const text = textOf(page)
    .replace(/^```(ts|py)[\s\S]*?^```/gm, '')
    .replaceAll('npx just empty', '');
  return [...text.matchAll(/npx just ([^\n`]+)/g)].flatMap(([, line = '']) => {
    const command = line.split(/\s*(?:&&|\|\||[|;#)>]| — |→|[─│└▶◀])\s*/)[0] ?? '';
    const words = (command.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^['"]|['"]$/g, ''));
    return words[0] && !/^(TASK|NAME)$/.test(words[0]) && !words.some((word) => /[[\]…]/.test(word)) ? [words] : [];
  });
}

const commands = new Map(pages.flatMap((page) => commandsOf(page).map((words) => [words.join(' '), { words, page }] as const)));

/** What each task is made of. `setupTask` makes one of others, for which it is asked. */
const definitions = new Map(
  fs
    .readdirSync(path.join(repository, 'tasks'))
    .filter((name) => name.endsWith('.ts') && /\bdefineTask\(/.test(textOf(`tasks/${name}`)))
    .flatMap((name) => Object.entries(require(path.join(repository, 'tasks', name)) as Record<string, () => Partial<LoraTask>>))
    .flatMap(([name, make]) => (/Task$/.test(name) && name !== 'setupTask' ? (make().definition ?? []) : []))
    .map((definition) => [definition.name, definition] as const),
);

test('name tasks and options that there are', async () => {
  assert.ok(commands.size > 10);
  const project = projectCopy();
  const wrong: string[] = [];
  const told = (page: string, words: readonly string[], what: string) => wrong.push(`${page}: npx just ${words.join(' ')}\n${what}`);
  // Each task once as a person starts it, with all that a page gives it; the others are read by what reads a command line there.
  const started = new Map<string, { words: string[]; page: string }>();
  for (const { words, page } of commands.values()) {
    const definition = definitions.get(words.find((word) => !word.startsWith('-')) ?? '');
    // A help has no document.
    const shown = words.filter((word) => word !== '--json');
    const key = definition?.name ?? words.join(' ');
    if (!started.has(key) || shown.length > (started.get(key)?.words.length ?? 0)) started.set(key, { words: shown, page });
    if (!definition) continue;
    try {
      parseOptions(words, ownOptions(definition, 'local'), {}, (word) => definitions.has(word));
    } catch (error) {
      told(page, words, String(error));
    }
  }
  const waiting = [...started.values()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { exitCode, stderr } = await runJust(project, [...next.words, '--help']);
      if (exitCode !== 0) told(next.page, next.words, stderr);
    }
  };
  await Promise.all([work(), work()]);
  assert.equal(wrong, []);
});

test('name every task that takes --on', () => {
  const taking = [...definitions.values()].filter(
    ({ onMachines, options = [] }) => onMachines || options.some(({ name }) => name === 'on'),
  );
  assert.ok(taking.length > 10);
  const [, list = ''] = /((?:`[\w:]+`(?:, | and ))+`[\w:]+`) take it\./.exec(textOf('docs/MACHINES.md')) ?? [];
  assert.equal([...list.matchAll(/`([\w:]+)`/g)].map(([, name]) => name).sort(), taking.map(({ name }) => name).sort());
});

test('name npm scripts that there are', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) =>
    [...textOf(page).matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name]) => [page, name as string] as const),
  );
  assert.equal(
    named.filter(([, name]) => !(name in scripts)),
    [],
  );
});

test('link to files that there are', () => {
  const broken = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => target as string)
      .filter((target) => !/^[a-z]+:/.test(target) && !fs.existsSync(path.join(repository, path.dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  assert.equal(broken, []);
});

test.run();
