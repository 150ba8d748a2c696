import { plural } from '../common/format';
import type { Context } from '../engine/context';
import type { Step } from '../engine/step';
import type { Remote } from '../sync/remotes/remote';
import type { Machine } from './machine';
import { machineNamesOf, machinesNamed } from './machines-named';
import { type ListedRun, runsThere } from './runs/runs-there';
import { stopRun } from './runs/stop';

interface Seen {
  machine: Machine;
  runs: readonly ListedRun[];
}

/** A step for each machine that `--on` names, of all without it: its runs; with `--stop` none is left at work. */
export function runsSteps(context: Context): Step[] {
  const named = context.optionValues('on');
  return machineNamesOf(context, named.length > 0 ? named : ['all']).map((remote) => runsStep(context, remote) as Step);
}

function runsStep({ option }: Context, remote: Remote): Step<Seen> {
  const stops = option('stop') !== undefined;
  return {
    name: remote.name,
    title: `Look at the runs on ${remote.name}`,
    async check(context, _, __, before) {
      const machine = before?.machine ?? (await machinesNamed(context, [remote]))[0];
      if (!machine) throw new Error('no machine');
      const runs = await runsThere(context, machine);
      const atWork = runs.filter(({ isAtWork }) => isAtWork);
      return {
        state: stops && atWork.length > 0 ? 'todo' : 'done',
        found: runs.length === 0 ? 'no runs' : `${plural(runs.length, 'run')}, ${atWork.length} at work`,
        ...(runs.length > 0 ? { table: tableOf(runs) } : {}),
        data: { runs },
        seen: { machine, runs },
      };
    },
    ...(stops
      ? {
          plan: async (_: Context, { runs } = { runs: [] } as unknown as Seen) =>
            runs
              .filter(({ isAtWork }) => isAtWork)
              .map(({ id, shown }) => ({
                title: `stop \`${shown}\``,
                async run(context: Context, __: unknown, seen?: Seen) {
                  if (seen && (await stopRun(context, seen.machine, id))) await endOf(context, seen.machine, id);
                },
              })),
        }
      : {}),
  };
}

/** Milliseconds that a run may take to leave nothing half done. */
const stopMs = 60_000;

async function endOf(context: Context, machine: Machine, id: string): Promise<void> {
  const began = performance.now();
  while ((await runsThere(context, machine)).some((run) => run.id === id && run.isAtWork)) {
    if (performance.now() - began > stopMs) return;
    await context.host.sleep(1000);
  }
}

const tableOf = (runs: readonly ListedRun[]): string[][] => [
  ['since (UTC)', 'command', 'state', 'asked for by'],
  ...[...runs].reverse().map(({ since, shown, state, from }) => [since.slice(0, 19).replace('T', ' '), shown, state, from]),
];
