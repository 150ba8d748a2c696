import { type ProfileName, profileNames } from '../../tasks/environments/profile/profile-files';
import type { ByProfile } from './environments';
import type { Verdict } from './load';
import type { Trained } from './train';

type Rows = readonly (readonly string[])[];

/** An adapter that was trained under one profile, under another. */
export interface Outcome {
  trained: ProfileName;
  loads: ProfileName;
  verdict: Verdict;
  /** Whether it was loaded as what it is, as it is and as the copy that `model:verify` writes. */
  right: boolean;
  copyIsRight: boolean;
  error: string | undefined;
}

const none = '–';

/** Whether the verdict is what happened. */
export const agrees = ({ verdict, right, copyIsRight }: Outcome): boolean =>
  verdict === 'loads' ? right : !right && copyIsRight === (verdict === 'copy');

/** The options that the settings mean and what came of them, a column for each profile. */
export function optionRows(trained: ByProfile<Trained>): Rows {
  const all = profileNames.map((profile) => trained[profile]);
  const shown = (value: unknown) => (value === undefined ? none : typeof value === 'string' ? value : JSON.stringify(value));
  const names = (of: (each: Trained) => object) => [...new Set(all.flatMap((each) => Object.keys(of(each))))];
  return [
    ['option', ...profileNames],
    ...names(({ meant }) => meant)
      .filter((name) => name !== 'output_dir')
      .map((name) => [name, ...all.map((each) => shown(each.arguments[name]))]),
    ...names(({ effective }) => effective).map((name) => [name, ...all.map((each) => shown(each.effective[name]))]),
  ];
}

/** The loss of each step, a row for each profile. */
export const lossRows = (without: ByProfile<Trained>, withDropout: ByProfile<Trained>): Rows => [
  ['loss of step', '1', '2', '3', '4', '5'],
  ...profileNames.map((profile) => [`${profile}, no dropout`, ...without[profile].result.losses.map((loss) => loss.toFixed(4))]),
  ...profileNames.map((profile) => [`${profile}, dropout of 0.05`, ...withDropout[profile].result.losses.map((loss) => loss.toFixed(4))]),
];

/** Which adapter loads where: what really happened, and where the verdict is another one, that too. */
export function loadRows(outcomes: readonly Outcome[], peft: ByProfile<string>): Rows {
  const cell = (outcome: Outcome | undefined) => {
    if (!outcome) return none;
    const { right, copyIsRight, verdict, loads, error } = outcome;
    const happened = right ? 'yes' : copyIsRight ? `as the copy that \`--for=${peft[loads]}\` writes` : `no: ${error ?? 'another model'}`;
    return agrees(outcome) ? happened : `${happened}; \`model:verify\` says \`${verdict}\``;
  };
  return [
    ['trained under, loads under', ...profileNames.map((profile) => `${profile}, PEFT ${peft[profile]}`)],
    ...profileNames.map((from) => [
      from,
      ...profileNames.map((to) => cell(outcomes.find(({ trained, loads }) => trained === from && loads === to))),
    ]),
  ];
}

/** Rows for a terminal. */
export function asText(rows: Rows): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const asMarkdown = ([heading = [], ...rows]: Rows): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('');
};

const [begin, end] = ['<!-- profiles: npm run profiles -->\n', '<!-- end of profiles -->'];

/** docs/ENVIRONMENTS.md with its tables made anew. @throws Error where it has no marks */
export function pageWithTables(text: string, losses: Rows, loads: Rows): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/ENVIRONMENTS.md has no marks of the profiles');
  return `${text.slice(0, from + begin.length)}\n${asMarkdown(losses)}\n${asMarkdown(loads)}\n${text.slice(to)}`;
}
