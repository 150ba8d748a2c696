import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fetchUv } from '../tasks/environments/python/fetch-uv';
import { probe } from '../tasks/environments/python/interpreter/probe';
import { uvHashes, uvVersion } from '../tasks/environments/python/uv-release';
import { contextWith } from '../tests/support/context';
import { repository, temporaryFolder } from '../tests/support/project';
import { python310 } from '../tests/support/python';
import type { Benchmark } from './support/benchmark';
import { type Command, median, medians, seconds } from './support/measure';
import type { Row } from './support/table';
import { environmentKinds, Trace } from './support/trace';

const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');
/** Rounds of what is fetched anew each time. */
const coldRounds = 5;
const s = (value: number) => `${value.toFixed(2)} s`;
const ms = (value: number) => `${Math.round(value * 1000)} ms`;

/** A place with caches and a home of its own, so that nothing is warm unless we warmed it. */
class Place {
  readonly folder = temporaryFolder('bench-local');
  readonly project = path.join(this.folder, 'project');
  readonly env: Record<string, string>;

  constructor(python: string, uv?: string) {
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${repository}`, this.project], { stdio: 'ignore' });
    fs.symlinkSync(path.join(repository, 'node_modules'), path.join(this.project, 'node_modules'));
    const { PIP_FIND_LINKS: _, CI: __, ...rest } = process.env as Record<string, string>;
    const withoutUv = (rest.PATH ?? '').split(':').filter((folder) => !fs.existsSync(path.join(folder, 'uv')));
    this.env = {
      ...rest,
      PATH: [...(uv ? [path.dirname(uv)] : []), path.dirname(python), ...withoutUv].join(':'),
      PIP_CONFIG_FILE: '/dev/null',
      PIP_CACHE_DIR: path.join(this.folder, 'pip-cache'),
      UV_CACHE_DIR: path.join(this.folder, 'uv-cache'),
      PYTHON310: python,
    };
  }

  just(...args: string[]): Command {
    return { command: process.execPath, args: [just, ...args], cwd: this.project, env: this.env };
  }

  script(): Command {
    return { command: 'bash', args: [path.join(__dirname, 'peers', 'setup.sh')], cwd: this.project, env: this.env };
  }

  /** Bare uv, as a person who knows it would type it. */
  uv(uv: string, python: string): Command {
    const line = `"${uv}" venv --quiet --clear --python "${python}" .venv-uv && VIRTUAL_ENV=.venv-uv "${uv}" pip sync --quiet --require-hashes requirements-local.lock`;
    return { command: 'sh', args: ['-c', line], cwd: this.project, env: this.env };
  }

  /** Takes the environments away; the caches stay. */
  clear(): void {
    for (const name of ['.venv-local', '.venv-script', '.venv-uv', '.just-lora'])
      fs.rmSync(path.join(this.project, name), { recursive: true, force: true });
  }
}

/** uv from the package index, in a folder of its own. */
function newestUv(python: string): string {
  const folder = temporaryFolder('bench-uv');
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--target', folder, 'uv'], {
    env: { ...process.env, PIP_CONFIG_FILE: '/dev/null', PIP_FIND_LINKS: '' },
    stdio: 'inherit',
  });
  return path.join(folder, 'bin', 'uv');
}

/** uv into a project's state folder as the product brings it, against pip with the same hashes; both without a cache, in turn. */
async function uvRow(python: string): Promise<Row> {
  const folder = temporaryFolder('bench-uv');
  const list = path.join(folder, 'uv.txt');
  fs.writeFileSync(list, `uv==${uvVersion} ${uvHashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`);
  const { PIP_FIND_LINKS: _, ...rest } = process.env as Record<string, string>;
  const env = { ...rest, PIP_CONFIG_FILE: '/dev/null', PIP_NO_CACHE_DIR: '1' };
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--only-binary', ':all:', '--require-hashes', '-r', list];
  const [ours, peer]: [number[], number[]] = [[], []];
  for (let round = 0; round < 5; round++) {
    const context = contextWith({});
    const interpreter = await probe(context, python);
    if (typeof interpreter === 'string') throw new Error(interpreter);
    const began = performance.now();
    await fetchUv({ ...context, host: { ...context.host, env } }, { command: python, args: [], interpreter });
    ours.push((performance.now() - began) / 1000);
    peer.push(await seconds({ command: python, args: [...pip, '--target', path.join(folder, String(round))], env }));
  }
  const [one, other] = [median(ours), median(peer)];
  return { what: 'uv alone, from the index', ours: s(one), peer: `\`pip install\` of the same ${s(other)}`, ratio: one / other, goal: 0.5 };
}

export const benchmark: Benchmark = {
  title: 'setup:local',
  about:
    'The local environment from its lock (`env:local`; the last rows: the whole of `setup:local` with nothing to do) against a plain shell script (`bench/peers/setup.sh`) and against bare `uv venv && uv pip sync` of the same lock. The start of npx is left out on both sides but in the rows that name it.',
  async run() {
    const python = python310() as string;
    const uv = newestUv(python);
    const rows: Row[] = [];
    const [plain, withUv, pipOnly] = [new Place(python), new Place(python, uv), new Place(python)];

    const scriptCold = await seconds(plain.script());
    plain.clear();
    const scriptWarm = await seconds(plain.script());
    const fetched = new Place(python);
    const coldWithoutUv = await seconds(fetched.just('venv'));
    rows.push({
      what: 'from nothing, uv fetched',
      ours: s(coldWithoutUv),
      peer: `script ${s(scriptCold)}`,
      ratio: coldWithoutUv / scriptCold,
      goal: 0.125,
      why: 'what bringing uv takes of it is the row below, and where the rest goes is told with `from nothing, uv there`. The script waits for one package after the other: how long both take is the index and the line.',
    });
    rows.push(await uvRow(python));

    const bare = new Place(python, uv);
    const [coldUvs, coldBares] = [[await seconds(withUv.just('venv'))], [await seconds(bare.uv(uv, python))]];
    // What the index and the line take of it is other each time.
    for (let round = 1; round < coldRounds; round++) {
      coldUvs.push(await seconds(new Place(python, uv).just('venv')));
      coldBares.push(await seconds(new Place(python, uv).uv(uv, python)));
    }
    const [coldUv, coldBare] = [median(coldUvs), median(coldBares)];
    // Once more with its calls written down, which costs a little.
    const traced = new Place(python, uv);
    const trace = new Trace(['uv'], environmentKinds, traced.env.PATH);
    traced.env.PATH = `${trace.folder}:${traced.env.PATH}`;
    trace.begin();
    const tracedUv = await seconds(traced.just('venv'));
    rows.push({
      what: 'from nothing, uv there',
      ours: s(coldUv),
      peer: `bare uv ${s(coldBare)}`,
      ratio: coldUv / coldBare,
      goal: 1.1,
      why: `where the time of one run of ${s(tracedUv)} goes: ${trace.told()}, and Python is asked which it is before and behind. \`uv pip sync\` is what bare uv does too, and how long it takes is the index: it is other in each round.`,
    });

    withUv.clear();
    const warm = await seconds(withUv.just('venv'));
    rows.push({ what: 'warm cache', ours: s(warm), peer: `script ${s(scriptWarm)}`, ratio: warm / scriptWarm, goal: 0.067 });

    const pip = await seconds(pipOnly.just('venv', '--set', 'python.installer=pip'));
    rows.push({ what: 'from nothing, pip only', ours: s(pip), peer: `script ${s(scriptCold)}`, ratio: pip / scriptCold, goal: 1.1 });

    await seconds(withUv.just('setup:local'));
    const empty = path.join(withUv.project, 'empty.config.ts');
    fs.writeFileSync(empty, "import { task } from 'just-task';\n\ntask('empty', () => undefined);\n");
    const npx = (...args: string[]): Command => ({ command: 'npx', args: ['just', ...args], cwd: withUv.project, env: withUv.env });
    const [again = 0, nothing = 0, script = 0, sync = 0, look = 0, node = 0] = await medians(7, [
      npx('setup:local'),
      npx('empty', '--config', empty),
      plain.script(),
      bare.uv(uv, python),
      npx('mkdirs', '--check'),
      { command: process.execPath, args: ['-e', '0'] },
    ]);
    rows.push({
      what: 'again for nothing, npx included',
      ours: s(again),
      peer: `\`npx just\`, empty task ${s(nothing)}`,
      ratio: again / nothing,
      goal: 1.15,
      why: `of it npx, just and its libraries are ${ms(nothing)} (the empty task; Node alone ${ms(node)}), our tasks and one look ${ms(look - nothing)} (\`npx just mkdirs --check\`), the ten other looks ${ms(again - look)}.`,
    });
    rows.push({ what: 'again for nothing, npx included', ours: s(again), peer: `script ${s(script)}`, ratio: again / script, goal: 0.5 });
    rows.push({ what: 'again for nothing, npx included', ours: s(again), peer: `bare uv, made anew ${s(sync)}`, ratio: again / sync });
    return rows;
  },
};
