import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../support/project';
import { skip } from '../support/skip';

const test = suite('completion');
const project = projectCopy();
fs.writeFileSync(
  path.join(project, 'configs', 'setup.local.yaml'),
  'remotes:\n  # the rented one\n  gpu-box:\n    host: nowhere\nmodels:\n  qwen-7b:\n    repo: Qwen/Qwen2.5-7B-Instruct\n',
);

/** What is typed, and what must be among the words that come, as the shell would insert them. */
const lines: readonly [typed: string, wanted: readonly string[], unwanted: readonly string[]][] = [
  ['npx just sy', ['sync:push', 'sync:pull', 'sync:status', 'sync:remotes'], ['storage']],
  ['npx just sync:pu', ['sync:push', 'sync:pull'], ['sync:status']],
  ['npx just model:download --mo', ['--model='], ['--plan']],
  ['npx just model:download --model=qw', ['--model=qwen-7b'], ['--model=gpu-box']],
  ['npx just sync:push --remote=', ['--remote=gpu-box'], ['--remote=qwen-7b']],
  ['npx just gpu --on=', ['--on=gpu-box', '--on=all'], ['--on=qwen-7b']],
  ['npx just setup:local --force=sto', ['--force=storage'], ['--force=mkdirs']],
  ['npx just validate --env=', ['--env=local', '--env=remote'], []],
  ['npx just mkdirs --pl', ['--plan'], ['--check']],
];

/** How each shell is asked for completions without a terminal. */
const shells: Record<string, (script: string, typed: string) => string[]> = {
  bash(script, typed) {
    // bash hands over the last word as it breaks it, and inserts behind its last `:` or `=`.
    const head = typed.slice(typed.lastIndexOf(' ') + 1).replace(/[^:=]*$/, '');
    const code = `source "$1"; COMP_LINE="$2"; COMP_POINT=\${#COMP_LINE}; _just_lora_behind_npx npx x just; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return answer('bash', ['--norc', '-c', code, 'bash', script, typed]).map((word) => head + word);
  },
  zsh(script, typed) {
    const code = `compdef() { : }; typeset -A _comps; source "$1"
compadd() { local prefix=''; while [ $# -gt 0 ]; do case $1 in -P) prefix=$2; shift 2 ;; -S) shift 2 ;; --) shift; break ;; *) break ;; esac; done
  local word; for word in "$@"; do [[ $prefix$word == $words[CURRENT]* ]] && print -r -- $prefix$word; done; return 0 }
words=("\${(@s: :)2}"); CURRENT=\${#words}; _just_lora_behind_npx`;
    return answer('zsh', ['-f', '-c', code, 'zsh', script, typed]);
  },
  fish(script, typed) {
    return answer('fish', ['--no-config', '-c', `source "$argv[1]"; complete -C "$argv[2]"`, script, typed]).map(
      (line) => line.split('\t')[0] ?? '',
    );
  },
};

function answer(program: string, args: string[]): string[] {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd: path.join(project, 'data'), encoding: 'utf8' });
  assert.is(status, 0, stderr);
  assert.is(stderr, '');
  return stdout.split('\n').filter(Boolean);
}

for (const [shell, complete] of Object.entries(shells)) {
  const name = `${shell}: tasks, options, steps, models and remotes, from a folder below the project`;
  if (spawnSync(shell, ['-c', 'exit 0']).error) {
    skip(test, name, `no ${shell} here`);
    continue;
  }
  test(name, async () => {
    const { exitCode, stdout } = await runJust(project, ['completion', shell]);
    assert.is(exitCode, 0);
    const script = path.join(project, `completion.${shell}`);
    fs.writeFileSync(script, stdout);
    for (const [typed, wanted, unwanted] of lines) {
      const words = complete(script, typed);
      for (const word of wanted) assert.ok(words.includes(word), `${typed}: ${words.join(' ')}`);
      for (const word of unwanted) assert.not(words.includes(word), `${typed}: ${word}`);
    }
  });
}

test('models are completed by whichever name just.config has', async () => {
  const config = path.join(project, 'just.config.ts');
  for (const [shell, complete] of Object.entries(shells)) {
    if (spawnSync(shell, ['-c', 'exit 0']).error) continue;
    const script = path.join(project, `completion.${shell}`);
    fs.writeFileSync(script, (await runJust(project, ['completion', shell])).stdout);
    for (const name of ['just.config.cts', 'just.config.cjs']) {
      const other = path.join(project, name);
      fs.renameSync(config, other);
      const words = complete(script, 'npx just model:download --model=qw');
      fs.renameSync(other, config);
      assert.ok(words.includes('--model=qwen-7b'), `${shell}, ${name}: ${words.join(' ')}`);
    }
  }
});

test('another shell is wrong usage, and each that there is is named', async () => {
  for (const args of [['completion'], ['completion', 'csh']]) {
    const { exitCode, stderr } = await runJust(project, args);
    assert.is(exitCode, 2);
    for (const shell of Object.keys(shells)) assert.match(stderr, `npx just completion ${shell}`);
  }
});

test.run();
