import { type Fault, UserError, usageError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { widthOf } from '../../engine/reporter/reporter';
import { programJudge } from '../../engine/repository-programs';
import type { TaskDefinition } from '../../engine/task-definition';
import { machineNamesOf, machinesNamed } from '../../machines/machines-named';
import { type AskedTask, type Bringing, runOn } from '../../machines/on';
import type { MachineOutcome } from '../../machines/outcome';
import { Stops } from '../../machines/stops';
import type { Host } from '../../platform';
import { sentence } from '../../untrusted/text';
import { contextOf } from '../context';
import type { Options } from '../options';
import { documentResult, exitWith, progressScreen, result, results } from '../output';
import { looksOnly } from '../reporter-for';
import { verboseLine } from '../verbose-line';
import { filesHere } from './files-here';
import { machineViews } from './machine-views';
import { machinesTable } from './machines-table';
import { tokenFor } from './send-token';
import { environmentThere, travelling } from './travelling';
import { typedHere } from './typed-here';

/**
 * A task on the machines that `--on` names, from its options to its exit code: that of the run there, of several the worst.
 * @returns does it
 * @throws UserError exit code 2: E_CONFIG, E_USAGE, E_REMOTE_UNKNOWN, E_REMOTE_TODO, E_REMOTE_SETTINGS
 */
export async function onMachines(
  definition: TaskDefinition,
  options: Options,
  host: Host,
  bringing: Bringing,
): Promise<() => Promise<void>> {
  // The machines are in the settings of here, whatever the run there is about.
  const context: Context = {
    ...contextOf(host, { ...options, environment: 'local' }, { ...definition, allowInvalidSettings: false }),
    // What is brought is brought anew where it is named; `--force` alone is for the run there.
    forced: (step) => typeof options.force !== 'boolean' && options.force.includes(step),
  };
  const remotes = machineNamesOf(context, options.given.get('on') ?? []);
  const withoutNodes = options.given.has('nodes') ? remotes.find(({ slurm }) => !slurm) : undefined;
  if (withoutNodes) throw usageError(`\`--nodes\`: \`remotes.${withoutNodes.name}\` is no cluster`, 'name one that has `slurm`');
  const [nodes] = options.given.get('nodes') ?? [];
  if (nodes !== undefined && !/^\w[\w.,[\]-]*$/.test(nodes))
    throw usageError(`\`--nodes=${nodes}\` names no nodes`, '`all`, a number, or names: `--nodes=n1,n[4-6]`');
  const tokens = remotes.map((remote) => tokenFor(context, options, remote.name));
  const { processes } = host;
  processes.judge = programJudge(context);
  const note = (text: string) => progressScreen.write(`${sentence(text)}\n`);
  processes.onNote = note;
  if (options.verbose) processes.onVerbose = (line) => note(verboseLine(line));
  return async () => {
    const stops = new Stops(note);
    const release = stops.listen(context);
    try {
      const machines = await machinesNamed(context, remotes);
      const outcomes = new Array<MachineOutcome>(machines.length);
      const waiting = [...machines.entries()];
      const atOnce = Math.min(context.settings.setup.run.machines_at_once, machines.length);
      const views = machineViews(
        machines.map(({ remote }) => remote.name),
        atOnce,
        options,
        definition,
      );
      const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [at, machine] = next;
          const view = views.of(machine.remote.name);
          const asked: AskedTask = {
            task: definition.name,
            args: travelling(
              options,
              bringing.bringSteps(machine).map((step) => step.name),
            ),
            about: environmentThere(options),
            environment: {
              ...tokens[at],
              ...(view.width ? { JUST_LORA_COLUMNS: String(view.width) } : {}),
            },
            detach: options.given.has('detach'),
            isLook: looksOnly(options, definition),
            typedHere: (text, field) =>
              typedHere(field === 'fix' ? filesHere(context, text, machine.remote.name) : text, machine.remote.name),
            looks: options.plan ? 'plan' : options.check ? 'check' : undefined,
          };
          const outcome = await runOn(contextFor(context, machine.remote.name), machine, asked, bringing, view, stops);
          const told = tokens[at] ? outcome : withTokenWay(outcome);
          outcomes[at] = told;
          view.ended(told);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work)).finally(views.end);
      finish(outcomes, options, definition);
    } finally {
      context.resources.close();
      release();
    }
  };
}

/** What is brought to one of several machines is mended there alone. */
const contextFor = (context: Context, name: string): Context => ({
  ...context,
  optionValues: (option) => (option === 'on' ? [name] : context.optionValues(option)),
});

/** @throws what the only machine came to */
function finish(outcomes: readonly MachineOutcome[], options: Options, { name: task }: TaskDefinition): void {
  if (options.json)
    documentResult({ version: 1, task, machines: outcomes.map(({ name, exitCode, report }) => ({ name, exitCode, report })) });
  else if (outcomes.length > 1) result(machinesTable(outcomes, widthOf(results)));
  exitWith(outcomes.map(({ exitCode }) => exitCode).reduce(worse, 0));
  const [only] = outcomes;
  if (outcomes.length === 1 && only?.error) throw only.error;
}

/** From all right to interrupted: of several exit codes the one that says the most. */
const worse = (one: number, other: number): number => {
  const rank = (code: number) => ([0, 3, 1, 2].includes(code) ? [0, 3, 1, 2].indexOf(code) : 4);
  return rank(other) > rank(one) ? other : one;
};

/** Where the run there found no token, and the one of here was not sent, both ways are told. */
function withTokenWay(outcome: MachineOutcome): MachineOutcome {
  const fault: Fault | undefined = outcome.error instanceof UserError ? outcome.error.fault : undefined;
  if (fault?.code !== 'E_HUB_NO_TOKEN') return outcome;
  const fix = `there: ${fault.fix}\nor send the token of this machine to that run alone: add \`--send-token\``;
  return { ...outcome, error: new UserError({ ...fault, fix }, outcome.exitCode) };
}
