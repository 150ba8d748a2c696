import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkSteps } from '../../tasks/engine/run';
import { bringSteps } from '../../tasks/machines/bring';
import { contextWith } from '../support/context';
import { machineOf, nodeThere, noMachines, startMachine } from '../support/machines';
import { repository } from '../support/project';
import { skip } from '../support/skip';

// SIGKILL of the run here, and of everything there, while Node, just-lora and the project travel.
const test = suite('bringing, killed');

const moments = 20;
const fixture = path.join(repository, 'tests/fixtures/bring.ts');

interface Ended {
  signal: NodeJS.Signals | null;
  stdout: string;
}

function start(root: string, name: string): { kill(): void; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['-r', path.join(repository, 'tools/ts-node/register'), fixture, root, name], {
    cwd: repository,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  return {
    kill: () => void child.kill('SIGKILL'),
    ended: new Promise((resolve) => child.once('close', (_, signal) => resolve({ signal, stdout }))),
  };
}

if (noMachines) skip(test, 'bringing, killed', noMachines);
else
  for (const side of ['here', 'there'] as const)
    test(`${side}, at ${moments} moments: the next run ends as if nothing had happened, and leaves nothing`, () => killed(side));

async function killed(side: 'here' | 'there'): Promise<void> {
  const name = `box-${side}`;
  // Three times of four the machine has a Node, so that the moments of the project are many enough.
  const machine = await startMachine(name, { without: ['python3', 'python', 'uv'] });
  const context = contextWith({ remotes: { [name]: machine.entry }, sync: { retries: 0 } });
  const { root } = context;
  for (let file = 0; file < 300; file++) {
    fs.mkdirSync(path.join(root, `scripts/${file % 10}`), { recursive: true });
    fs.writeFileSync(path.join(root, `scripts/${file % 10}/${file}.txt`), `${file}\n`.repeat(3000));
  }
  const prepare = (hasNode: boolean) =>
    machine.run(
      `rm -rf project .cache n; ${hasNode ? `mkdir -p n/bin; ln -s ${nodeThere} n/bin/node;` : ''} mkdir -p project/scripts/1; echo old > project/scripts/1/1.txt; rm -f project/scripts/1/1.txt`,
    );
  const whole: number[] = [];
  for (const hasNode of [false, true]) {
    prepare(hasNode);
    const begun = performance.now();
    assert.match((await start(root, name).ended).stdout, /"step":"project","state":"done"/);
    whole.push(performance.now() - begun);
  }
  const list = () => machine.run('cd project && find . -type f -exec sha256sum {} + | sort; cd ../.cache/just-lora && ls app');
  const expected = list();
  let reached = 0;
  for (let moment = 0; moment < moments; moment++) {
    const hasNode = moment % 4 !== 0;
    prepare(hasNode);
    const run = start(root, name);
    const timer = setTimeout(
      () => {
        if (side === 'here') run.kill();
        else machine.kill();
      },
      (whole[Number(hasNode)] ?? 0) * (0.2 + (0.8 * moment) / moments),
    );
    const { signal, stdout } = await run.ended;
    clearTimeout(timer);
    if (signal === 'SIGKILL' || !/"step":"project","state":"done"/.test(stdout)) reached++;
    const again = await start(root, name).ended;
    assert.match(again.stdout, /"step":"project","state":"done"/, `moment ${moment}: ${again.stdout}`);
    assert.is(list(), expected, `moment ${moment}`);
    assert.is(
      machine.run('find . -name ".coming-*" -o -name placing | wc -l').trim(),
      '0',
      `moment ${moment}: ${machine.run('find . -name ".coming-*"')}`,
    );
    const { steps } = await checkSteps(bringSteps(await machineOf(context, name)), context, 'quick', true);
    assert.equal(
      steps.map(({ state }) => state),
      ['done', 'done', 'done'],
      `moment ${moment}`,
    );
  }
  assert.ok(reached > moments / 3, `${reached} of ${moments} were killed in the middle`);
}

test.run();
