import * as path from 'node:path';
import type { Context } from '../engine/context';
import type { Step } from '../engine/step';
import { gitignore } from './gitignore-text';

const begin = '# >>> just-lora (`npx just mkdirs --gitignore` keeps these lines)';
const end = '# <<< just-lora';

const fileOf = ({ root }: Context): string => path.join(root, '.gitignore');

/** Puts our lines into a `.gitignore` that a person wrote, between two marks and nowhere else. */
export const gitignoreBlockStep: Step<string> = {
  name: 'gitignore-block',
  title: 'Add what git must leave out to .gitignore',
  async check(context) {
    const text = context.host.files.readText(fileOf(context)) ?? '';
    const wanted = withBlock(text);
    if (wanted === undefined)
      return {
        state: 'blocked',
        code: 'E_GITIGNORE',
        found: `\`.gitignore\` has one of the two marks \`${begin}\` and \`${end}\`, or both in another order`,
        needed: 'both marks, or none',
        fix: 'take the mark that is left out of `.gitignore`, then run the same command again',
      };
    return text === wanted
      ? { state: 'done', found: 'the lines of just-lora are in `.gitignore`' }
      : { state: 'todo', found: 'the lines of just-lora are not in `.gitignore`, or others than today', seen: wanted };
  },
  plan: async (context, wanted) => [
    {
      title: 'write the lines of just-lora between two marks of `.gitignore`',
      run: async ({ host }) => host.files.writeText(fileOf(context), wanted ?? withBlock(host.files.readText(fileOf(context)) ?? '') ?? ''),
    },
  ],
};

/** A `.gitignore` with our lines: in place of those between the marks, else at its end; `undefined` where only one mark is there. */
export function withBlock(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const [from, to] = [lines.indexOf(begin), lines.indexOf(end)];
  const block = `${begin}\n${gitignore}${end}`;
  if (from === -1 && to === -1) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${text === '' ? '' : '\n'}${block}\n`;
  if (from === -1 || to < from) return undefined;
  const all = text.split('\n');
  return [...all.slice(0, from), ...block.split('\n'), ...all.slice(to + 1)].join('\n');
}
