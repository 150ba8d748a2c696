import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { python310 } from '../tests/support/python';
import { remotePlace } from './remote';
import { stockProject } from './start';
import type { Benchmark } from './support/benchmark';
import { type Command, median, medians, seconds } from './support/measure';
import type { Row } from './support/table';
import { environmentKinds, Trace } from './support/trace';

type Place = ReturnType<typeof remotePlace>;
const s = (value: number) => `${value.toFixed(2)} s`;

export const benchmark: Benchmark = {
  title: 'Profiles',
  about:
    'The training environment with three profiles to choose from (engine venv, without a GPU; `remote.profile: auto` takes compat, 5.6 GB): again for nothing, a change between compat and current where both are there, and current (7.7 GB) from a warm cache against `uv venv && uv pip sync` of its lock, which is told where Python is. All in turn, since the ratios are of one machine at one time.',
  async run() {
    const place = remotePlace('auto');
    await seconds(place.just('setup:remote', '--no-gpu'));
    const stock = stockProject();
    const [again = 0, empty = 0] = await medians(5, [
      place.run('npx', 'just', 'setup:remote', '--no-gpu'),
      { command: 'npx', args: ['just', 'empty'], cwd: stock },
    ]);
    return [
      {
        what: '`npx just setup:remote`, all done',
        ours: s(again),
        peer: `\`npx just empty\` with ts-node ${s(empty)}`,
        ratio: again / empty,
        goal: 1.2,
      },
      ...(await switchRows(place, stock)),
      await currentRow(place),
    ];
  },
};

/** From compat to current and back, both there. */
async function switchRows({ run, just }: Place, stock: string): Promise<Row[]> {
  await seconds(just('conda', '--set', 'remote.profile=current'));
  const to = (profile: string) => run('npx', 'just', 'conda', '--set', `remote.profile=${profile}`);
  const [there = 0, back = 0, empty = 0] = await medians(5, [
    to('compat'),
    to('current'),
    { command: 'npx', args: ['just', 'empty'], cwd: stock },
  ]);
  const work = [processorSeconds(to('compat')), processorSeconds(to('current'))];
  const what = '`npx just conda --set remote.profile=…`, both there';
  const slower = Math.max(there, back);
  return [
    {
      what,
      ours: s(slower),
      peer: 'limit 2 s',
      ratio: slower / 2,
      goal: 1,
      why: 'a limit in seconds is for a machine that has nothing else to do; the rows below have the seconds of a core that it takes, and what an empty task took meanwhile.',
    },
    { what: `${what}, processor`, ours: s(Math.max(...work)), peer: 'limit 2 s', ratio: Math.max(...work) / 2, goal: 1 },
    { what, ours: s(slower), peer: `\`npx just empty\` with ts-node ${s(empty)}`, ratio: slower / empty },
  ];
}

/** Seconds that a command and all that it starts keep a core busy: what others do on the machine does not count. */
function processorSeconds({ command, args, cwd, env }: Command): number {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1';
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', command, ...args], { cwd, env, encoding: 'utf8' });
  return stderr
    .trim()
    .split(' ')
    .map(Number)
    .reduce((sum, each) => sum + each, 0);
}

/** Profile current from a warm cache. Each is made anew in a place of its own; the first round fills the cache. */
async function currentRow({ project, run, just }: Place): Promise<Row> {
  const [ours, peer] = ['.venv-ours', '.venv-peer'].map((name) => path.join(project, name)) as [string, string];
  const bare = `uv venv -q --python ${python310()} ${peer} && uv pip sync -q --require-hashes --python ${peer}/bin/python environment-remote.current.lock`;
  const commands: readonly [environment: string, command: Command][] = [
    [ours, just('conda', '--set', 'remote.profile=current', '--set', `remote.path=${path.basename(ours)}`)],
    [peer, run('sh', '-c', bare)],
  ];
  const times: number[][] = [[], []];
  for (let round = 0; round <= 3; round++)
    for (const [index, [environment, command]] of commands.entries()) {
      fs.rmSync(environment, { recursive: true, force: true });
      const took = await seconds(command);
      if (round > 0) times[index]?.push(took);
    }
  const [made = 0, bareUv = 0] = times.map(median);
  // Once more with its calls written down, which costs a little.
  fs.rmSync(ours, { recursive: true, force: true });
  const { env = {}, ...command } = commands[0]?.[1] ?? run('true');
  const trace = new Trace(['uv'], environmentKinds, env.PATH);
  trace.begin();
  const traced = await seconds({ ...command, env: { ...env, PATH: `${trace.folder}:${env.PATH}` } });
  return {
    what: 'current from a warm cache',
    ours: s(made),
    peer: `\`uv venv && uv pip sync\` ${s(bareUv)}`,
    ratio: made / bareUv,
    goal: 1.15,
    why: `where the time of one run of ${s(traced)} goes: ${trace.told()}; what lies between and behind them is the start of just, the question to Python which one it is, and the look at what came out. Two cores and the disk share it with what the round before left to write.`,
  };
}
