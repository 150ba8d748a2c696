import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import type { FileReport } from '../look-at-file';
import { addTallies } from '../report/tally';
import { askNear } from './ask-near';
import type { SaidPlace } from './said';

/** What datasketch and langdetect found, as `--json` has it. */
export interface NearReport {
  /** Examples that were compared, evenly spread, of how many. */
  compared: number;
  of: number;
  /** Examples that are nearly an earlier one. */
  nearDuplicates: number;
  /** Examples of each language, of those whose language could be told. */
  languages: Record<string, number>;
}

/** A language is that of most where nine of ten examples have it, of so many at least. */
const [mostShare, fewest] = [0.9, 20];

/**
 * Looks for examples that are nearly the same and for those in another language than most, and adds them to the reports of their files.
 * @returns why not, where nothing could be asked
 */
export async function lookNear(
  context: Context,
  files: readonly FileReport[],
  texts: readonly SaidPlace[],
  tell: (progress: Progress) => void,
): Promise<NearReport | { without: string }> {
  const answer = await askNear(
    context,
    texts.map(({ text }) => text),
    tell,
  );
  if ('without' in answer) return answer;
  const add = (kind: string, { file, line }: SaidPlace, detail: string) => {
    const report = files.find((each) => each.file.name === file);
    if (report) addTallies(report.tallies, { [kind]: { count: 1, first: { line, detail } } }, 0);
  };
  for (const [later, earlier] of answer.pairs) {
    const [one, other] = [texts[later], texts[earlier]];
    if (!one || !other) continue;
    add(one.split === other.split ? 'near-duplicate' : 'near-train-and-validation', one, `nearly \`${other.file}:${other.line}\``);
  }
  const languages: Record<string, number> = {};
  for (const [, language] of answer.languages) if (language) languages[language] = (languages[language] ?? 0) + 1;
  const known = Object.values(languages).reduce((sum, count) => sum + count, 0);
  const [most] = Object.entries(languages).sort(([, one], [, other]) => other - one);
  if (most && known >= fewest && most[1] >= mostShare * known)
    for (const [index, language] of answer.languages) {
      const place = texts[index];
      if (place && language && language !== most[0])
        add('language', place, `\`${language}\` by ${known} examples, most of them \`${most[0]}\``);
    }
  const of = files.reduce((sum, { rows }) => sum + rows, 0);
  return { compared: texts.length, of, nearDuplicates: answer.pairs.length, languages };
}
