import * as path from 'node:path';
import { plural } from '../common/format';
import { sha256 } from '../common/hash';
import { moveAside } from '../engine/aside';
import type { Context } from '../engine/context';
import { projectPaths } from '../engine/paths';
import type { Finding, Step } from '../engine/step';
import { pythonIn } from '../environments/prefix/prefix';
import { cleanEnvironment } from '../environments/python/clean-environment';
import { probe } from '../environments/python/interpreter/probe';
import { localEnvironment, targetOf } from '../environments/venv';
import { fieldsOf, tryParse } from '../untrusted/json';
import { cachedStep } from './cached-step';
import { absent, brokenPython, environmentInputs } from './environment';

const script = 'scripts/paths.py';
/** What it reads the settings with. */
const loaderScripts = ['config_loader.py', 'config_files.py', 'config_schema.py'];

/** Python code and the tasks must mean the same folders. */
export const pythonPathsStep: Step = cachedStep({
  name: 'paths',
  title: 'Ask Python for the paths',
  action: `compare the paths of \`${script}\` with those of the tasks`,
  inputs(context) {
    const environment = environmentInputs(context, localEnvironment(context));
    const text = context.host.files.readText(path.join(context.root, script));
    if (!environment || text === undefined) return undefined;
    const loader = loaderScripts.map((file) => context.host.files.readText(path.join(context.root, 'scripts', file)) ?? '');
    return {
      python: environment['python'] ?? '',
      scripts: sha256(text + loader.join('')),
      paths: sha256(JSON.stringify(projectPaths(context))),
    };
  },
  waits: (context) =>
    context.host.files.stat(path.join(context.root, script))
      ? absent(localEnvironment(context))
      : { state: 'todo', found: `\`${script}\` is not there`, fix: '`npx just mkdirs`' },
  prove: comparePaths,
});

async function comparePaths(context: Context): Promise<Finding> {
  const { host, root, environment } = context;
  const definition = localEnvironment(context);
  const python = pythonIn(context.host, targetOf(context, definition));
  const result = await host.processes.run(python, ['-B', path.join(root, script), `--env=${environment}`], {
    cwd: root,
    env: { ...cleanEnvironment(host), ...setsAsVariables(context) },
    timeoutMs: 60_000,
  });
  const needed = 'the same folders for Python code and the tasks';
  const fix = `\`${moveAside(context, path.join(root, script))} && npx just mkdirs\` brings the script that fits`;
  if (result.exitCode !== 0) {
    const interpreter = await probe(context, python);
    if (typeof interpreter === 'string') return brokenPython(definition, `\`${definition.path}\`: its Python ${interpreter}`);
    const why = result.stderr.trim().split('\n').slice(-1)[0] ?? `exit code ${result.exitCode}`;
    return { state: 'blocked', code: 'E_PATHS_DIFFER', found: `\`${script}\` fails: ${why}`, needed, fix };
  }
  const ours: Record<string, string> = projectPaths(context);
  const theirs = answerOf(result.stdout);
  const different = Object.entries(ours).filter(([name, folder]) => theirs[name] !== folder);
  const table = [['path', 'the tasks', 'Python'], ...Object.entries(ours).map(([name, folder]) => [name, folder, theirs[name] ?? 'none'])];
  if (different.length === 0)
    return { state: 'done', found: `${plural(Object.keys(ours).length, 'path')} the same in Python`, data: { paths: ours } };
  return {
    state: 'blocked',
    code: 'E_PATHS_DIFFER',
    found: `\`${script}\` says otherwise about ${different.map(([name]) => name).join(', ')}`,
    needed,
    fix,
    table,
    data: { paths: ours, pythonPaths: theirs },
  };
}

const answerOf = (stdout: string): Record<string, string> => (fieldsOf(tryParse(stdout)) ?? {}) as Record<string, string>;

/** Python knows nothing of this run's `--set`. */
function setsAsVariables({ origins, settings }: Context): Record<string, string> {
  const sets = Object.entries(settings.paths).filter(([name]) => origins.get(`paths.${name}`) === '--set');
  return Object.fromEntries(sets.map(([name, value]) => [`JUST_LORA_PATHS__${name.toUpperCase()}`, String(value)]));
}
