import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { bytes, plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Look, Progress, Step } from '../../engine/step';
import { kindOf } from '../kinds';
import { lookAtData } from '../look-at-data';
import { type DataFile, dataFiles } from '../rows/data-files';
import { type FileFixes, fixFile } from './fix-file';

const fixedEnding = /\.fixed\.jsonl$/;

/** A file in which something is to be mended, and what its mended copy is to be. */
interface ToFix {
  file: DataFile;
  /** Absolute. */
  target: string;
  fixes: FileFixes;
  sha256: string;
}

/**
 * Mends in the data what has one right answer, each file into a new one beside it: `train.jsonl` into `train.fixed.jsonl`. Whether it
 * was done is seen by the bytes of that file; one that holds something else is a person's, and stays.
 */
export const dataFixStep: Step<ToFix[]> = {
  name: 'data-fix',
  title: 'Mend the training data',
  async check(context, _depth, tell = () => undefined): Promise<Look<ToFix[]>> {
    const files = dataFiles(context).filter(({ path }) => !fixedEnding.test(path));
    if (files.length === 0) return { state: 'done', found: 'no file of rows' };
    const { toFix, left } = await whatToFix(context, files, tell);
    const open = toFix.filter(({ target }) => !context.host.files.stat(target));
    for (const { file, target, sha256 } of toFix) {
      if (!context.host.files.stat(target) || (await sha256Of(target)) === sha256) continue;
      const name = shown(context.root, target);
      return {
        state: 'blocked',
        code: 'E_DATA_FIXED',
        found: `\`${name}\` is there and not what \`${file.name}\` becomes`,
        needed: 'a place for the mended rows: nothing is written over',
        fix: `keep it under another name, or \`rm ${name}\`, and run \`npx just data:fix\` again`,
      };
    }
    const told = toFix.map(({ file, fixes }) => `\`${file.name}\`: ${fixesText(fixes)}`);
    const data = { files: toFix.map(({ file, target, fixes }) => ({ file: file.name, fixed: shown(context.root, target), fixes })), left };
    if (open.length > 0) return { state: 'todo', found: told.join('; '), data, seen: open };
    const rest = [...left, ...(await whatStays(context, toFix))];
    const warnings = [
      ...toFix.map(
        ({ file, target }) =>
          `a training would read \`${file.name}\` and \`${shown(context.root, target)}\`: move the first away, to data/raw`,
      ),
      ...(rest.length > 0 ? [`these have more than one answer, so they stay for you to mend: ${some(rest)}`] : []),
    ];
    const found = toFix.length > 0 ? `mended ${told.join('; ')}` : `nothing to mend in ${plural(files.length, 'file')} of rows`;
    return { state: 'done', found, ...(warnings.length > 0 ? { warning: warnings.join('; ') } : {}), data };
  },
  async plan(_context, seen = []) {
    return seen.map(({ file, target, fixes, sha256 }) => ({
      title: `write ${target.slice(target.lastIndexOf('/') + 1)}: ${fixesText(fixes)}`,
      run: async (context, progress) => writeFixed(context, { file, target, fixes, sha256 }, progress),
    }));
  },
};

async function whatToFix(context: Context, files: readonly DataFile[], tell: (progress: Progress) => void) {
  const [toFix, left]: [ToFix[], string[]] = [[], []];
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let doneBytes = 0;
  for (const file of files) {
    if (file.parquet) continue;
    context.host.processes.throwIfInterrupted();
    const {
      fixes,
      sha256,
      left: why,
    } = await fixFile(
      file,
      () => context.host.processes.throwIfInterrupted(),
      (more) => {
        doneBytes = Math.min(doneBytes + more, totalBytes);
        tell({ text: file.name, doneBytes, totalBytes });
      },
    );
    if (why !== undefined) left.push(`\`${file.name}\`: ${why}`);
    else if (Object.keys(fixes).length > 0) toFix.push({ file, target: targetOf(file), fixes, sha256 });
  }
  return { toFix, left };
}

const targetOf = ({ path }: DataFile): string => path.replace(/\.(?:jsonl|ndjson|json)(?:\.gz)?$/i, '.fixed.jsonl');

/** Kinds that are errors in what was mended, with their counts. */
async function whatStays(context: Context, toFix: readonly ToFix[]): Promise<string[]> {
  const mended = dataFiles(context).filter(({ path }) => toFix.some(({ target }) => target === path));
  const reports = await lookAtData(context, mended, { templates: [] }, () => undefined);
  return reports.flatMap(({ file, tallies }) =>
    Object.entries(tallies)
      .filter(([kind]) => kindOf(kind).level === 'error')
      .map(([kind, { count, first }]) => `${kind} (${count}, the first in \`${file.name}:${first.line}\`)`),
  );
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of fs.createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function writeFixed({ host, root }: Context, { file, target, sha256 }: ToFix, tell: (progress: Progress) => void): Promise<void> {
  const part = `${target}.part`;
  host.files.remove(part);
  try {
    let doneBytes = 0;
    const written = await fixFile(
      file,
      (bytes) => {
        host.processes.throwIfInterrupted();
        host.files.appendBytes(part, bytes);
      },
      (more) => {
        doneBytes += more;
        tell({ text: file.name, doneBytes: Math.min(doneBytes, file.bytes), totalBytes: file.bytes });
      },
    );
    if (written.sha256 !== sha256) throw new Error(`${file.name} (${bytes(file.bytes)}) changed while it was read: run it again`);
    if (host.files.stat(target)) throw new Error(`${shown(root, target)} came meanwhile: run it again`);
    host.files.move(part, target);
  } finally {
    host.files.remove(part);
  }
}

/** One of them, and several. */
const words: Record<keyof FileFixes, readonly [string, string]> = {
  mark: ['byte order mark', 'byte order marks'],
  'empty-line': ['empty line', 'empty lines'],
  'trailing-comma': ['row with a trailing comma', 'rows with a trailing comma'],
  sharegpt: ['row in the ShareGPT form', 'rows in the ShareGPT form'],
  'role-name': ["row with another program's role names", "rows with another program's role names"],
  duplicate: ['row that repeats an earlier one', 'rows that repeat an earlier one'],
};

const fixesText = (fixes: FileFixes): string =>
  (Object.entries(fixes) as [keyof FileFixes, number][]).map(([kind, count]) => `${count} ${words[kind][count === 1 ? 0 : 1]}`).join(', ');
