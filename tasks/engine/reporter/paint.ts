import { styleText } from 'node:util';

type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

const ofMark: Readonly<Record<string, Colour>> = {
  '✔': 'green',
  '○': 'yellow',
  '✖': 'red',
  '?': 'yellow',
  '→': 'cyan',
  '…': 'dim',
  '-': 'dim',
  '◼': 'dim',
};
const ofLabel: Readonly<Record<string, Colour>> = {
  fix: 'green',
  warning: 'yellow',
  will: 'cyan',
  plan: 'cyan',
  needed: 'dim',
  because: 'dim',
  note: 'dim',
};

/**
 * Text of ours in colours: the state of a step, labels, commands and paths, codes. They follow the signs that stand in the text
 * without them, so that nothing is told by a colour alone, and that nothing else of the program knows of colours.
 * @param text clean, and as wide as it will be: colours take no room
 */
export const painted = (text: string): string => text.split('\n').map(paintedLine).join('\n');

function paintedLine(line: string): string {
  if (/^\s*\|/.test(line)) return paint('dim', line);
  const [begin = '', indent = '', mark = '', name = ''] = /^(\s*)([✔○✖→?◼-])( \S+(?= — |: ))?(?= )/.exec(line) ?? [];
  const [label = '', before = '', word = ''] =
    begin === '' ? (/^(\s*)(fix|warning|needed|because|will|plan|note)(?=: | )/.exec(line) ?? []) : [];
  const head = begin === '' ? before + paint(ofLabel[word], word) : indent + paint(ofMark[mark], mark) + paint('bold', name);
  const rest = line.slice(begin === '' ? label.length : begin.length);
  return head + rest.replace(stretches, (all) => paint(colourOf(all), all));
}

/** The state of a row in a table, a command or a path, a code. */
const stretches = /(?<= {2})(?:✔ right|○ to do|✖ wrong|✖ failed|\? unknown|- skipped)(?=\s|$)|`[^`]+`|\(E_[A-Z0-9_]+\)/g;

function colourOf(stretch: string): Colour | undefined {
  if (stretch.startsWith('`')) return 'cyan';
  return stretch.startsWith('(') ? 'dim' : ofMark[stretch.charAt(0)];
}

/** A text in a colour, whatever this process would say of its own streams. */
export const paint = (colour: Colour | undefined, text: string): string =>
  colour === undefined || text === ''
    ? text
    : (styleText as (format: Colour, text: string, options: { validateStream: boolean }) => string)(colour, text, {
        validateStream: false,
      });
