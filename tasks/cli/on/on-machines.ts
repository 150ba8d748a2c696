import { explain, type Fault, UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { type Screen, widthOf } from '../../engine/reporter/reporter';
import { programJudge } from '../../engine/repository-programs';
import type { TaskDefinition } from '../../engine/task-definition';
import { machineNamesOf, machinesNamed } from '../../machines/machines-named';
import { type AskedTask, type Bringing, type MachineView, runOn } from '../../machines/on';
import type { MachineOutcome } from '../../machines/outcome';
import { Stops } from '../../machines/stops';
import type { Host } from '../../platform';
import { notOurs, sentence } from '../../untrusted/text';
import { contextOf } from '../context';
import type { Options } from '../options';
import { documentResult, exitWith, progressScreen, result, results } from '../output';
import { looksOnly, reporterFor } from '../reporter-for';
import { machinesTable } from './machines-table';
import { tokenFor } from './send-token';
import { travelling } from './travelling';

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
  const tokens = remotes.map((remote) => tokenFor(context, options, remote.name));
  const { processes } = host;
  processes.judge = programJudge(context);
  const note = (text: string) => progressScreen.write(`${sentence(text)}\n`);
  processes.onNote = note;
  if (options.verbose) processes.onVerbose = (line) => note(line.startsWith('$ ') ? line : `  | ${line.trimStart()}`);
  return async () => {
    const stops = new Stops(note);
    const release = stops.listen(context);
    try {
      const machines = await machinesNamed(context, remotes);
      const outcomes = new Array<MachineOutcome>(machines.length);
      const waiting = [...machines.entries()];
      const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [at, machine] = next;
          const { name } = machine.remote;
          const view = machines.length === 1 ? viewOf(options, definition, progressScreen) : prefixedView(options, definition, name);
          const asked: AskedTask = {
            task: definition.name,
            args: travelling(
              options,
              bringing.bringSteps(machine).map((step) => step.name),
            ),
            environment: tokens[at] ? { HF_TOKEN: tokens[at] } : {},
            detach: options.given.has('detach'),
            isLook: looksOnly(options, definition),
            looks: options.plan ? 'plan' : options.check ? 'check' : undefined,
          };
          const outcome = await runOn(context, machine, asked, bringing, view, stops);
          outcomes[at] = tokens[at] ? outcome : withTokenWay(outcome);
          if (machines.length > 1 && outcomes[at]?.error) view.note(textOf(outcomes[at].error));
        }
      };
      await Promise.all(Array.from({ length: Math.min(context.settings.setup.run.machines_at_once, machines.length) }, work));
      finish(outcomes, options, definition);
    } finally {
      context.resources.close();
      release();
    }
  };
}

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

const textOf = (error: Error): string => (error instanceof UserError ? explain(error.fault) : error.message);

/** Where the run there found no token, and the one of here was not sent, both ways are told. */
function withTokenWay(outcome: MachineOutcome): MachineOutcome {
  const fault: Fault | undefined = outcome.error instanceof UserError ? outcome.error.fault : undefined;
  if (fault?.code !== 'E_HUB_NO_TOKEN') return outcome;
  const fix = `there: ${fault.fix}\nor send the token of this machine to that run alone: add \`--send-token\``;
  return { ...outcome, error: new UserError({ ...fault, fix }, outcome.exitCode) };
}

/** One machine is shown as this one would be. What was brought is no result where the task has one of its own, a table. */
function viewOf(options: Options, definition: TaskDefinition, screen: Screen, found?: Screen): MachineView {
  const { renderResult, ...plain } = definition;
  const isLook = options.plan || options.check;
  return {
    reporters: {
      bring: reporterFor(screen, options, isLook ? plain : { ...plain, readOnly: false }, renderResult ? screen : found),
      run: reporterFor(screen, options, definition, found),
    },
    result: (text) => {
      if (!options.json) (found?.write ?? result)(text);
    },
    note: (text) => screen.write(`${sentence(text)}\n`),
  };
}

/** One of several: plain lines, each with its name in front. */
function prefixedView(options: Options, definition: TaskDefinition, name: string): MachineView {
  const lines = (text: string) =>
    text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${name}: ${line}`.trimEnd())
      .join('\n');
  const plain = (write: (text: string) => void): Screen => ({ isTTY: false, columns: 0, env: progressScreen.env, write });
  const screen = plain((text) => progressScreen.write(`${lines(text)}\n`));
  const view = viewOf(
    options,
    definition,
    screen,
    plain((text) => result(lines(text))),
  );
  return { ...view, note: (text) => screen.write(text.split('\n').map(notOurs).join('\n')) };
}
