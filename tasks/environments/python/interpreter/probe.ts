import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { fieldsOf, tryParse } from '../../../untrusted/json';
import { cleanEnvironment } from '../clean-environment';
import type { MarkerValues } from '../markers';

/** What an interpreter says of itself when it is executed. */
export interface Interpreter {
  /** `sys.executable` with links resolved: the program itself. */
  realPath: string;
  /** For example `3.10.13`. */
  version: string;
  /** `platform.machine()`, for example `x86_64`. */
  machine: string;
  prefix: string;
  basePrefix: string;
  hasPip: boolean;
  hasVenv: boolean;
  /** PEP 508, by name. */
  markers: MarkerValues;
}

/** A Python that was executed, with the path to call it by. */
export interface Found {
  command: string;
  args: readonly string[];
  interpreter: Interpreter;
}

/** One script for every question, so that a candidate is started once. Runs on Python 2.7 too, to say so. */
const script = `
import json, os, platform, sys
def has(name):
    try:
        import importlib.util
        return importlib.util.find_spec(name) is not None
    except Exception:
        return False
def full(info):
    text = "%d.%d.%d" % (info[0], info[1], info[2])
    return text if info[3] == "final" else text + info[3][0] + str(info[4])
version = full(sys.version_info)
implementation = getattr(sys, "implementation", None)
print(json.dumps({
    "realPath": os.path.realpath(sys.executable),
    "version": version,
    "machine": platform.machine(),
    "prefix": sys.prefix,
    "basePrefix": getattr(sys, "base_prefix", sys.prefix),
    "hasPip": has("pip"),
    "hasVenv": has("venv") and has("ensurepip"),
    "markers": {
        "implementation_name": implementation.name if implementation else "",
        "implementation_version": full(implementation.version) if implementation else "",
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": version,
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
}))
`;

const limitMs = 20_000;

/**
 * Executes a candidate: a shim can be there and end with 127, and only running it tells.
 * @returns the interpreter, or in a few words why it is none
 */
export async function probe({ host, root }: Context, command: string, args: readonly string[] = []): Promise<Interpreter | string> {
  // -I: neither the project nor the user's site-packages; -B: a look writes no bytecode.
  const result = await host.processes.run(command, [...args, '-B', '-I', '-c', script], {
    cwd: root,
    env: cleanEnvironment(host),
    timeoutMs: limitMs,
  });
  // A wrapper may say something before.
  const line = result.stdout.trimEnd().split('\n').at(-1) ?? '';
  if (result.exitCode === 0) {
    const found = fieldsOf(tryParse(line));
    // It is started by that path, and stands in command lines.
    if (typeof found?.version === 'string' && typeof found.realPath === 'string' && path.isAbsolute(found.realPath))
      return found as unknown as Interpreter;
    return 'exits 0 and does not answer like a Python';
  }
  const said = (result.stderr || result.tail).trimEnd().split('\n').at(-1)?.trim();
  const how = result.exitCode === -1 ? 'does not start' : `exits ${result.exitCode}`;
  return said ? `${how}: ${said.slice(0, 160)}` : how;
}
