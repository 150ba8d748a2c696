import type { TaskFunction } from 'just-task';
import { loadSettings, readSettings } from '../configuration/load';
import type { Context, Environment } from './context';
import { execute } from './execute';
import type { OptionDefinition } from './options';
import { keepStdoutForJson, wantsJson } from './output';
import type { Ran } from './run';
import type { Depth, Item } from './step';

export interface TaskDefinition {
  /** The name it is meant to be registered under, as in `npx just NAME`. */
  name: string;
  /** One line, no final period: what `npx just` lists. */
  description: string;
  /** One or two sentences more, for `--help`. */
  details: string;
  example: string;
  /** The steps in their order; a function where they depend on settings or options. */
  items: readonly Item[] | ((context: Context) => readonly Item[]);
  options?: readonly OptionDefinition[];
  /** The environment that the task is about where no `--env` names one. */
  environment?: Environment;
  depth?: Depth;
  /** The task only looks: it never acts, and exits 1 or 3 like `--check`. */
  looks?: boolean;
  /** It goes on though settings are wrong, with those that are right: `context.settingsFault` says what is. */
  tolerant?: boolean;
  /** How a look is printed on stdout; absent for a line for each step and a verdict. */
  present?(context: Context, ran: Ran): string;
  /** Printed on stdout at the end of a run that went well; nothing where it is empty. */
  summary?(context: Context, ran: Ran): string;
}

/** A just task that carries its steps, so that others can be composed of them. */
export interface LoraTask extends TaskFunction {
  steps(context: Context): readonly Item[];
  readonly definition: TaskDefinition;
}

/** Makes a just task of steps: options, settings, lock, view, record and exit code are the same for all. */
export function defineTask(definition: TaskDefinition): LoraTask {
  const itemsFor = (context: Context) => (typeof definition.items === 'function' ? definition.items(context) : definition.items);
  // just says `started` on stdout before it calls the task: by then it would be too late.
  if (wantsJson()) keepStdoutForJson();
  // just hands a callback to a function with a parameter and waits for it for ever: none here.
  const task = () => execute(definition, itemsFor);
  return Object.assign(task as TaskFunction, { steps: itemsFor, definition }) as LoraTask;
}

const wantsJson = (): boolean => process.argv.includes('--json');

async function execute(definition: TaskDefinition, itemsFor: (context: Context) => readonly Item[]): Promise<void> {
  const started = performance.now();
  const host = thisHost();
  const args = process.argv.slice(2);
  const json = wantsJson();
  const report: Report = {
    version: 1,
    task: definition.name,
    outcome: 'failed',
    startedAt: host.now().toISOString(),
    durationMs: 0,
    steps: [],
  };
  const own = [...(definition.options ?? []), { ...environmentOption, default: definition.environment ?? 'local' }];
  let failure: Error | undefined;
  let context: Context | undefined;
  let options: Options | undefined;
  try {
    options = parseOptions(args, own);
    if (options.help) return result(helpText(definition, own));
    context = contextOf(host, options, definition);
    const items = itemsFor(context);
    refuseUnknownSteps(
      options.force,
      stepsOf(items).map(({ name }) => name),
    );
    const ran = await runIn(context, options, definition, items);
    Object.assign(report, { outcome: ran.outcome, steps: ran.steps });
    failure = ran.error;
  } catch (error) {
    failure = error as Error;
    report.outcome = error instanceof Interrupted ? 'interrupted' : 'failed';
    if (report.outcome === 'failed') report.error = faultOf(error);
  }
  report.durationMs = Math.round(performance.now() - started);
  const looked = !options || options.plan || options.check || definition.looks;
  if (context && !looked) leaveRecord(context, report);
  if (json) result(JSON.stringify(documentOf(report)));
  exitWith(exitCode(failure, report, options));
  if (failure) throw readable(failure);
}

async function runIn(context: Context, options: Options, definition: TaskDefinition, items: readonly Item[]): Promise<Ran> {
  const screen = {
    isTTY: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 0,
    env: context.host.env,
    write: (text: string) => void process.stderr.write(text),
  };
  const view = viewFor(screen, options.verbose);
  if (options.verbose) context.host.processes.onVerbose = view.note;
  const release = listenToSignals(context.host);
  const depth = definition.depth ?? 'quick';
  try {
    if (options.plan || options.check || definition.looks) {
      const ran = await inspect(items, context, depth, options.plan);
      if (!options.json) result(definition.present?.(context, ran) ?? [...ran.steps.map(stepLines), verdict(ran)].join('\n'));
      return ran;
    }
    const begun = performance.now();
    const ran = await bring(items, context, view, definition.name, depth);
    if (!ran.error && !options.json) {
      const text = definition.summary?.(context, ran);
      result([`${ran.outcome} in ${duration(performance.now() - begun)}`, ...(text ? [text] : [])].join('\n'));
    }
    return ran;
  } finally {
    release();
  }
}

function contextOf(host: Host, options: Options, definition: TaskDefinition): Context {
  const root = process.cwd();
  const environment = options.environment ?? definition.environment ?? 'local';
  const { force } = options;
  const { settings, origins, fault } = (definition.tolerant ? readSettings : loadSettings)(host, root, environment, options.sets);
  return {
    task: definition.name,
    root,
    host,
    environment,
    settings,
    origins,
    ...(fault ? { settingsFault: fault } : {}),
    option: (name) => options.given.get(name)?.at(-1),
    optionValues: (name) => options.given.get(name) ?? [],
    locked: options.locked,
    forced: (step) => (typeof force === 'boolean' ? force : force.includes(step)),
  };
}

function listenToSignals(host: Host): () => void {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = (signal: NodeJS.Signals) => {
    if (host.processes.interrupted) {
      host.processes.interrupt(signal);
      // The second Ctrl-C: no more waiting, and a cursor to type with.
      process.stderr.write('\u001b[?25h');
      process.exit(new Interrupted(signal).exitCode);
    }
    host.processes.interrupt(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

function leaveRecord(context: Context, report: Report): void {
  const python = context.host.files.readText(`${context.root}/${context.settings.setup.environments.local.path}/pyvenv.cfg`);
  const versions = {
    node: context.host.nodeVersion,
    python: /^version(?:_info)?\s*=\s*(\S+)/m.exec(python ?? '')?.[1] ?? 'none',
    'just-lora': (require('../../package.json') as { version: string }).version,
  };
  try {
    record(context.host, context.root, context.settings.setup.run.keep_records, report, versions);
  } catch {
    // A full or read-only disk is the step's to tell; the record must not hide it.
  }
}

export function verdict({ outcome, steps }: Ran): string {
  const count = (...states: string[]) => steps.filter(({ state }) => states.includes(state)).length;
  if (outcome === 'unchanged') return `all ${steps.length} done, nothing to do`;
  return `${count('done')} of ${steps.length} done, ${count('todo', 'unknown')} to do, ${count('blocked', 'failed')} blocked`;
}

function exitCode(failure: Error | undefined, report: Report, options: Options | undefined): number {
  if (failure instanceof UserError || failure instanceof Interrupted) return failure.exitCode;
  if (failure) return 1;
  if (options?.plan) return 0;
  return exitCodeOf(report.outcome, 130);
}

/** just prints the stack: for what a person can mend that is the message, for our own mistakes the stack. */
function readable(error: Error): Error {
  if (error instanceof UserError || error instanceof Interrupted) return error;
  const fault = faultOf(error);
  return fault.code === 'E_UNEXPECTED' ? error : new UserError(fault);
}

/** A step without a look, made of any just task: it runs each time. */
export function stepOf(task: TaskFunction, index: number): Step {
  const name = (task as { displayName?: string }).displayName || task.name || `task-${index + 1}`;
  let ran = false;
  return {
    name,
    title: `Run ${name}`,
    check: async () => (ran ? { state: 'done', found: 'has run' } : { state: 'todo', found: 'has no look of its own and runs each time' }),
    plan: async () => [
      {
        title: `run the task \`${name}\``,
        async run() {
          await runPlain(task);
          ran = true;
        },
      },
    ],
  };
}

async function runPlain(task: TaskFunction): Promise<void> {
  if (task.length > 0)
    return new Promise(
      (resolve, reject) => void (task as (done: (error?: Error) => void) => void)((error) => (error ? reject(error) : resolve())),
    );
  const made: unknown = await (task as unknown as () => unknown)();
  if (typeof made === 'function') await runPlain(made as TaskFunction);
}
