import * as fs from 'node:fs';
import * as path from 'node:path';
import { codesBySubject } from './error-subjects';

/** Writes what is on a long page below its title, or where the marks stand: `npm run contents`. */
const root = path.join(__dirname, '..');
const [begin, end] = ['<!-- contents: npm run contents -->', '<!-- end of contents -->'];
/** Two screens: a shorter page is read as it is. */
const longest = 80;
/** Written whole by another command. */
const made = ['PERFORMANCE.md'];

export const longPages = (): string[] =>
  ['README.md', ...fs.readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)].filter(
    (page) => page.endsWith('.md') && !made.includes(path.basename(page)) && textOf(page).split('\n').length > longest,
  );

const textOf = (page: string): string => fs.readFileSync(path.join(root, page), 'utf8');

/** As GitHub makes an anchor of a heading: small letters, without what is neither letter, digit, blank nor hyphen. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const link = (heading: string): string => `[${heading.replaceAll('`', '')}](#${anchorOf(heading)})`;

/** The headings of a page in one line; codes of errors by what they are about. */
function contentsOf(text: string): string {
  const headings = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
  if (headings.length === 0 || !headings.every((heading) => /^E_[A-Z0-9_]+$/.test(heading))) return headings.map(link).join(' · ');
  return codesBySubject(headings)
    .filter(([, codes]) => codes.length > 0)
    .map(([subject, codes]) => `- **${subject}**: ${codes.map(link).join(' · ')}`)
    .join('\n');
}

export function pageWithContents(text: string): string {
  const block = `${begin}\n\n${contentsOf(text)}\n\n${end}`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from >= 0 && to > from) return text.slice(0, from) + block + text.slice(to + end.length);
  const [title = '', ...rest] = text.split('\n');
  return [title, '', block, ...rest].join('\n');
}

if (require.main === module) for (const page of longPages()) fs.writeFileSync(path.join(root, page), pageWithContents(textOf(page)));
