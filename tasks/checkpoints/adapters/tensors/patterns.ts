import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { tryParse } from '../../../untrusted/json';

/** A Python expression that PEFT holds against the names of modules. */
export interface Expression {
  text: string;
  /** `re.fullmatch`; else `re.match`. */
  whole: boolean;
  /** As the configuration has it. */
  written: string;
}

/** Whether an expression matches a name; `undefined` where that could not be judged. */
export type Matches = (expression: Expression, name: string) => boolean | undefined;

export interface Judged {
  matches: Matches;
  /** Expressions that Python refuses, with what it says. */
  refused: ReadonlyMap<string, string>;
}

/** A bad expression can take for ever. */
const limitMs = 20_000;

/** An expression of letters, digits and dots alone means the same to everyone. */
export const isPlainName = (text: string): boolean => /^[\w-]+(?:\.[\w-]+)*$/.test(text);

/**
 * Judges expressions by the `re` of a Python: JavaScript's mean other things by `(?i)`, `(?P<n>…)` and `\Z`, or nothing.
 * @param python `undefined` where there is none: then nothing is judged
 */
export async function judgeExpressions(
  { host, root }: Context,
  python: string | undefined,
  expressions: readonly Expression[],
  names: readonly string[],
): Promise<Judged> {
  const refused = new Map<string, string>();
  if (python === undefined || expressions.length === 0) return { matches: () => undefined, refused };
  const { exitCode, stdout } = await host.processes.run(python, ['-I', '-S', '-B', path.join(__dirname, 'patterns.py')], {
    cwd: root,
    input: JSON.stringify({ names, expressions }),
    timeoutMs: limitMs,
  });
  const answers = exitCode === 0 ? tryParse(stdout) : undefined;
  if (!Array.isArray(answers)) return { matches: () => undefined, refused };
  const found = new Map<string, Set<string>>();
  for (const [index, expression] of expressions.entries()) {
    const answer: unknown = answers[index];
    if (typeof answer === 'string') refused.set(expression.written, answer);
    else if (Array.isArray(answer)) found.set(keyOf(expression), new Set(answer.map((at) => names[at as number] ?? '')));
  }
  return { matches: (expression, name) => found.get(keyOf(expression))?.has(name), refused };
}

const keyOf = ({ text, whole }: Expression): string => `${whole} ${text}`;
