import * as fs from 'node:fs';
import * as path from 'node:path';
import { repository } from './project';

/** The code of a page under docs that is for a file: its block begins with a comment that names the file. */
export function exampleOf(page: string, file: string): string {
  const text = fs.readFileSync(path.join(repository, 'docs', page), 'utf8');
  const [, code] = new RegExp(`^\`\`\`\\w+\\n(?://|#) ${file.replace(/[.]/g, '\\.')}.*\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text) ?? [];
  if (code === undefined) throw new Error(`docs/${page} has no example of ${file}`);
  return code;
}
