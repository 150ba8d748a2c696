import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, UserError } from '../../tasks/common/errors';
import { sha256 } from '../../tasks/common/hash';
import type { Context } from '../../tasks/engine/context';
import { stepDocument } from '../../tasks/engine/report';
import { plainReporter } from '../../tasks/engine/reporter/plain';
import { checkSteps } from '../../tasks/engine/run';
import { bringSteps } from '../../tasks/machines/bring';
import { outcomeThere, ownOutcome } from '../../tasks/machines/outcome';
import { runThere } from '../../tasks/machines/runs/run-there';
import { shownRun } from '../../tasks/machines/runs/shown';
import type { StartRequest } from '../../tasks/machines/there/protocol';
import { machineOf } from '../support/machines';
import { rawControls } from '../support/mutate';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { type Machine, machine } from '../support/sync-here';

const test = suite('a machine that says what it likes');

/** A folder that it names, and that nothing is written to. */
const outside = temporaryFolder('jl-outside');
const marker = path.join(outside, 'marker');
const escapes = '\\u001b[2J\\u001b]0;title\\u0007\\u009b31m\\u202e';

const answer = (more = '') =>
  `{"just-lora":"run","version":1,"answer":"following","id":"20261128T172500123-1f2e3d4c","since":"2026-11-28T17:25:00.123Z","from":"me:/p","isNew":true${more}}`;
const say = (...lines: string[]) => lines.map((line) => `printf '%s\\n' '${line}'`).join('\n');
const ended = '{"event":"ended","code":0,"signal":null,"said":"","memory":false}';
const exit = (code: number) => `{"event":"exit","code":${code}}`;
const begin = `{"event":"begin","steps":[{"name":"one","title":"One"}]}`;

/** What stands for Node there, and what a person gets: an exit code, the code of an error, and what is said. */
const cases: Record<string, { there: string; exitCode?: number; code?: string; shown?: RegExp; not?: RegExp }> = {
  'escape sequences, wherever a text is shown': {
    there: say(
      `{"just-lora":"run","version":1,"answer":"following","id":"20261128T172500123-1f2e3d4c","since":"2026-11-28T17:25:00.123Z","from":"${escapes}","isNew":false}`,
      `{"event":"begin","steps":[{"name":"one ${escapes}","title":"${escapes}"}]}`,
      '{"event":"started","step":0}',
      `{"event":"acting","step":0,"title":"${escapes}"}`,
      `{"event":"progress","step":0,"progress":{"text":"${escapes}","names":"${escapes}","count":{"done":1,"total":2,"noun":"${escapes}"}}}`,
      `{"event":"finished","step":0,"report":{"name":"one","title":"${escapes}","state":"failed","found":"${escapes}","code":"E_X","fix":"${escapes}","tail":"${escapes}","warning":"${escapes}","table":[["${escapes}"]],"actions":[],"durationMs":1}}`,
      `{"event":"note","text":"${escapes}\\\\n✔ venv — all is well"}`,
      `{"event":"result","text":"${escapes}"}`,
      `{"event":"error","fault":{"code":"E_X","found":"${escapes}","fix":"${escapes}","tail":"${escapes}"}}`,
      exit(1),
      ended,
    ),
    exitCode: 1,
    code: 'E_X',
  },
  'a line without an end, then the end of the run': {
    there: `${say(answer())}\nhead -c 60000000 /dev/zero | tr '\\0' x\necho\n${say(exit(0), ended)}`,
    exitCode: 0,
  },
  'events without an end to them, then one': {
    there: `${say(answer(), begin)}\nyes '{"event":"progress","step":0,"progress":{"text":"at it"}}' | head -n 200000\n${say(exit(0), ended)}`,
    exitCode: 0,
  },
  'another version of the format, kinds and fields that nobody knows': {
    there: say(
      answer(`,"path":"${marker}"`),
      '{"event":"run","version":99,"task":"x"}',
      `{"event":"write","path":"${marker}","text":"x"}`,
      `{"event":"note","text":"known","file":"${marker}","__proto__":{"code":9}}`,
      exit(0),
      ended,
    ),
    exitCode: 0,
    shown: /known/,
  },
  'numbers that are none': {
    there: say(
      answer(),
      begin,
      '{"event":"started","step":1e300}',
      '{"event":"started","step":-1}',
      '{"event":"progress","step":0,"progress":{"doneBytes":1e308,"totalBytes":-5}}',
      `{"event":"finished","step":0,"report":{"name":"one","title":"t","state":"done","found":"well","actions":[],"durationMs":1e308}}`,
      exit(99999),
      '{"event":"ended","code":1e99,"signal":"SIG","said":"","memory":"yes"}',
    ),
    code: 'E_RUN_KILLED',
    exitCode: 1,
    shown: /well/,
  },
  'a result without an end of the run': {
    there: say(answer(), '{"event":"result","text":"all done"}', ended),
    code: 'E_RUN_KILLED',
    exitCode: 1,
  },
  'a document of its own making': {
    there: say(
      answer(),
      `{"event":"document","document":{"version":1,"steps":"none","path":"${marker}","text":"${escapes}"}}`,
      exit(0),
      ended,
    ),
    exitCode: 0,
  },
  'an end that is forged in a note is none': {
    there: say(answer(), `{"event":"note","text":"x\\\\n{\\"event\\":\\"exit\\",\\"code\\":0}"}`, exit(7), ended),
    exitCode: 7,
  },
  'another run than it was asked for, and then yet another one': {
    there: `if [ -e "\${1%/*}/again" ]; then ${say(answer().replace('1f2e3d4c', '00000000'), exit(0), ended).replaceAll('\n', ';')}; else : > "\${1%/*}/again"; ${say(answer(), '{"event":"note","text":"first"}').replaceAll('\n', ';')}; fi`,
    exitCode: 0,
    shown: /the link to `gpu` is gone/,
  },
  'busy, in words of its own': {
    there: say(
      `{"just-lora":"run","version":1,"answer":"busy","id":"20261128T172500123-1f2e3d4c","since":"2026-11-28T17:25:00.123Z","from":"${escapes}","shown":"${escapes}${'x'.repeat(5000)}"}`,
    ),
    code: 'E_MACHINE_BUSY',
    exitCode: 1,
    not: /x{400}/,
  },
  'a failure, in words of its own': {
    there: say(`{"just-lora":"run","version":1,"answer":"failed","text":"${escapes}${'y'.repeat(5000)}"}`),
    code: 'E_RUN_START',
    exitCode: 1,
    not: /y{600}/,
  },
};

const start: StartRequest = {
  task: 'count',
  shown: 'npx just count',
  key: 'count',
  from: 'laptop:/project',
  isLook: false,
  command: ['x'],
  environment: {},
};

/** All that lies here. */
const around = ({ root, host }: Context) =>
  JSON.stringify([contents(root), fs.readdirSync(outside), fs.existsSync(path.join(host.home ?? '', 'marker'))]);

if (noSshd) skip(test, 'a machine that says what it likes', noSshd);
else {
  let there: Machine;
  test.before(async () => {
    there = await machine();
    fs.writeFileSync(path.join(there.bin, 'run.js'), '');
    fs.mkdirSync(path.join(there.bin, 'app/lib/machines/there'), { recursive: true });
    fs.writeFileSync(path.join(there.bin, 'app/lib/machines/there/run.js'), '');
  });

  for (const [name, { there: script, exitCode, code, shown: expected, not }] of Object.entries(cases))
    test(name, async () => {
      const context = there.project({}, { sync: { retries: 1 } });
      there.program('fake-node', `IFS= read -r request\n${script}`);
      const reached = await machineOf(context, 'gpu');
      const before = around(context);
      const written: string[] = [];
      const screen = { isTTY: false, columns: 0, env: {}, write: (text: string) => void written.push(text) };
      const shown = shownRun(plainReporter(screen, screen), (text) => written.push(text));
      const memory = process.memoryUsage().rss;
      const own = ownOutcome(context, 'gpu', 'count');
      let outcome: { exitCode: number; error?: Error };
      try {
        const runtime = { node: path.join(there.bin, 'fake-node'), app: path.join(there.bin, 'app'), project: there.there, state: '' };
        const end = await runThere(context, reached, runtime, start, {
          following: ({ from }) => void written.push(from),
          event: shown.event,
          note: (text) => void written.push(text),
        });
        outcome = outcomeThere(own, [], 'gpu', end, await shown.end());
        written.push(JSON.stringify((outcome as { report?: object }).report));
      } catch (error) {
        outcome = own([], 'failed', error as Error);
      }
      if (outcome.error) written.push(outcome.error instanceof UserError ? explain(outcome.error.fault) : outcome.error.message);
      const text = written.join('\n');
      assert.is(outcome.error instanceof UserError ? outcome.error.fault.code : undefined, code, text.slice(0, 2000));
      assert.is(outcome.exitCode, exitCode, text.slice(0, 2000));
      assert.not.match(text, rawControls);
      if (expected) assert.match(text, expected);
      if (not) assert.not.match(text, not);
      assert.ok(text.length < 200_000, `${text.length} characters were shown`);
      assert.ok(process.memoryUsage().rss - memory < 200_000_000, 'it takes the memory of this side');
      assert.is(around(context), before, 'something was written here');
    });

  const forgedList = `{"version":1,"files":{"../../marker":["f${'1'.repeat(64)}"]}}`;
  /** What it makes of the answer to the first question, by a program for sed, and what a person gets. */
  const looks: Record<string, { sed: string; code?: string; after?: string }> = {
    'a home that leads elsewhere': { sed: 's|^home=.*|home=/x/../../etc|', code: 'E_REMOTE_ANSWER' },
    'a path of its own choosing': { sed: 's|^path=.*|path=../../etc|', code: 'E_REMOTE_ANSWER' },
    'controls in what it is': {
      sed: 's|^libc=.*|libc=glibc 2.40 \\x1b[2J\\xc2\\x9b31m|; s|^state_mount=.*|state_mount=\\x1b]0;t\\x07|; s|^node=.*|node=v1\\x1b[2J /usr/bin/x|',
    },
    'room that is no number': { sed: 's|^state_free_kb=.*|state_free_kb=99999999999999999999999|' },
    'a file that it was not asked about': { sed: 's|^names$|names\\nother ../../etc/passwd|', code: 'E_REMOTE_ANSWER' },
    'a list of what was sent that leads elsewhere': {
      sed: `s|^sent=.*|sent=${forgedList}|; s|^behind=.*|behind=${sha256(forgedList)}|`,
    },
    'a list of what was sent that is another one each time': { sed: 's|^behind=.*|behind=x|', code: 'E_PROJECT_BUSY' },
    'more than is taken for one answer': {
      sed: '',
      after: 'yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | head -c 80000000',
      code: 'E_REMOTE_ANSWER',
    },
    'half of it': { sed: '/^just-lora-project$/,$d', code: 'E_REMOTE_ANSWER' },
  };

  for (const [name, { sed, code, after }] of Object.entries(looks))
    test(`the first look: ${name}`, async () => {
      const context = there.project();
      fs.writeFileSync(path.join(context.root, 'notes.txt'), 'x');
      fs.mkdirSync(there.there, { recursive: true });
      const file = path.join(there.sshd.home, '.bashrc');
      // Its login shell has another sh in front of every command.
      fs.writeFileSync(path.join(there.bin, 'liar'), `#!/bin/sh\n/bin/sh "$@" | sed '${sed}'\n${after ?? ''}\n`, { mode: 0o755 });
      fs.writeFileSync(file, `sh() { '${path.join(there.bin, 'liar')}' "$@"; }\n`);
      const before = around(context);
      const memory = process.memoryUsage().rss;
      const written: string[] = [];
      const screen = { isTTY: false, columns: 0, env: {}, write: (text: string) => void written.push(text) };
      try {
        const { steps, error } = await checkSteps(
          bringSteps(await machineOf(context, 'gpu')),
          context,
          'quick',
          true,
          plainReporter(screen, screen),
        );
        const fault = (error as UserError | undefined)?.fault;
        written.push(JSON.stringify(steps.map(stepDocument)), fault ? explain(fault) : '');
        const text = written.join('\n');
        assert.is(fault?.code ?? steps.find((step) => step.code)?.code, code, text.slice(0, 2000));
        assert.not.match(text, rawControls);
      } finally {
        fs.rmSync(file);
      }
      assert.ok(process.memoryUsage().rss - memory < 300_000_000, 'it takes the memory of this side');
      assert.is(around(context), before, 'something was written here');
    });
}

test.run();
