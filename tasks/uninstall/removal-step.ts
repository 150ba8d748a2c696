import { bytes, plural } from '../common/format';
import type { Context } from '../engine/context';
import type { Progress, Step } from '../engine/step';

/** One thing that a record or a mark proves to be just-lora's. */
export interface Owned {
  /** As a message shows it: relative inside the project. */
  place: string;
  /** Bytes on disk. */
  size: number;
  /** What it is, and who else may use it. */
  is: string;
  /** Safe to repeat after a kill: a mark goes last of all. */
  remove(context: Context, progress: (progress: Progress) => void): Promise<void> | void;
}

/** What a look found: what goes, and what stays, each as a sentence that says why. */
export interface Belongings {
  goes: readonly Owned[];
  stays: readonly string[];
  /** Ours by its place, and what a person would miss: it goes with `--kept` alone. */
  kept?: readonly Owned[];
}

/** A step of `uninstall`: it is done when nothing is there any more that is proven to be ours. */
export function removalStep(name: string, title: string, look: (context: Context) => Promise<Belongings>): Step<Belongings> {
  return {
    name,
    title,
    async check(context) {
      const looked = await look(context);
      const { kept = [] } = looked;
      const isAsked = context.option('kept') !== undefined;
      const goes = [...(isAsked ? kept : []), ...looked.goes];
      const left = isAsked ? [] : kept;
      const stays = [
        ...left.map(({ place, size, is }) => `\`${place}\` (${bytes(size)}), ${is}: \`--kept\` removes it too`),
        ...looked.stays,
      ];
      const seen = { goes, stays };
      const data = { goes: goes.map(({ place, size }) => ({ place, bytes: size })), stays };
      const warning = stays.length > 0 ? { warning: `stays: ${stays.join('; ')}` } : {};
      const row = ({ place, size, is }: Owned) => [place, bytes(size), is];
      const table = [
        ['place', 'on disk', 'what it is'],
        ...goes.map(row),
        ...left.map((owned) => row({ ...owned, is: `stays: ${owned.is}` })),
      ];
      if (goes.length === 0)
        return { state: 'done', found: nothingGoes(left, stays), ...warning, data, ...(left.length > 0 ? { table } : {}), seen };
      const more = stays.length > 0 ? `; stays: ${stays.join('; ')}` : '';
      return { state: 'todo', found: `${sizeOf(goes)}${more}`, data, table, seen };
    },
    async plan(_, { goes } = { goes: [], stays: [] }) {
      const [first, ...more] = goes;
      if (!first) return [];
      return [
        {
          title: `remove ${more.length === 0 ? `\`${first.place}\` (${bytes(first.size)})` : `these ${sizeOf(goes)}`}`,
          async run(context, progress) {
            for (const owned of goes) {
              progress({ text: owned.place });
              await owned.remove(context, progress);
            }
          },
        },
      ];
    },
  };
}

/** What several looks found. */
export const together = (looks: readonly Belongings[]): Belongings => ({
  goes: looks.flatMap(({ goes }) => goes),
  stays: looks.flatMap(({ stays }) => stays),
  kept: looks.flatMap(({ kept }) => kept ?? []),
});

function nothingGoes(left: readonly Owned[], stays: readonly string[]): string {
  if (left.length > 0) return `nothing but what \`--kept\` removes is there: ${sizeOf(left)}`;
  return stays.length > 0 ? 'nothing is there that just-lora may remove' : 'nothing of just-lora is there';
}

const sizeOf = (goes: readonly Owned[]): string =>
  `${plural(goes.length, 'place')}, ${bytes(goes.reduce((sum, { size }) => sum + size, 0))}`;

/** Whether a path lies in the project, links on the way followed. */
export function isInside({ root, host }: Context, file: string): boolean {
  const [real, project] = [host.files.realPath(file), host.files.realPath(root)];
  return real !== undefined && project !== undefined && (real === project || real.startsWith(project === '/' ? project : `${project}/`));
}
