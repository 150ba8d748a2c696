import * as path from 'node:path';
import type { Context } from '../engine/context';
import type { Finding, Step } from '../engine/step';
import { pythonIn } from '../environments/prefix/prefix';
import { parsePyvenv, pyvenvVersion } from '../environments/prefix/pyvenv';
import { probe } from '../environments/python/interpreter/probe';
import { type EnvironmentDefinition, localEnvironment, targetOf } from '../environments/venv';
import { absent, brokenPython } from './environment';

/** The Python of the environment: a full look runs it, a quick one reads what it says of itself. */
export const interpreterStep: Step = {
  name: 'python',
  title: 'Run the Python of the environment',
  async check(context, depth): Promise<Finding> {
    const definition = localEnvironment(context);
    const folder = targetOf(context, definition);
    const python = pythonIn(context.host, folder);
    const real = context.host.files.realPath(python);
    if (!real) return absent(definition);
    if (depth === 'quick') return judged(definition, pyvenvVersion(parsePyvenv(configurationOf(context, folder))) ?? 'unknown', real);
    const found = await probe(context, python);
    if (typeof found === 'string') return brokenPython(definition, `\`${definition.path}\`: its Python ${found}`);
    if (context.host.files.realPath(found.prefix) !== context.host.files.realPath(folder))
      return brokenPython(definition, `the Python of \`${definition.path}\` works for \`${found.prefix}\``);
    return judged(definition, found.version, found.realPath);
  },
};

function judged(definition: EnvironmentDefinition, version: string, real: string): Finding {
  if (!version.startsWith(`${definition.pythonVersion}.`))
    return brokenPython(definition, `\`${definition.path}\` has Python ${version}, ${definition.pythonVersion} is needed`);
  return { state: 'done', found: `Python ${version} (\`${real}\`)`, data: { python: version, program: real } };
}

const configurationOf = ({ host }: Context, folder: string): string => host.files.readText(path.join(folder, 'pyvenv.cfg')) ?? '';
