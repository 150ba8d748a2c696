/** Words that YAML 1.1 or 1.2 reads as something else than text, and what begins like a number. */
const special = /^(?:~|null|true|false|yes|no|on|off|y|n)$|^[-+.\d]/i;

/** A text as one scalar: plain where every parser reads it as that text, else in double quotes, whose escapes are those of JSON. */
export const scalar = (text: string): string => (/^[A-Za-z][\w./-]*$/.test(text) && !special.test(text) ? text : JSON.stringify(text));

/** A key with lines as they are: `setup: |`. */
export const block = (key: string, lines: readonly string[], indent = ''): string[] => [
  `${indent}${key} |`,
  ...lines.map((line) => (line === '' ? '' : `${indent}  ${line}`)),
];

/** Words as comments, broken between them. */
export function comment(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length > 118) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}# ${each}`);
}

/** A command in a comment, as it is. */
export const command = (text: string): string => `#   ${text}`;
