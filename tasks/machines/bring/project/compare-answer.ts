import { createHash } from 'node:crypto';
import { parseHashLines } from '../../../sync/answers/hash-lines';
import { nameThere } from '../../../sync/answers/name-there';
import { WrongAnswer } from '../../../sync/answers/wrong-answer';
import { type Commit, isCommitHash } from '../../../untrusted/hashes';
import type { RelativeName } from '../../../untrusted/names';
import { parseSent, type Sent } from './sent';

/** What stands at a name there. */
export interface FileThere {
  /** As {@link FileHere.content}; `folder`, or `other` for what is neither. */
  content: string;
  isExecutable: boolean;
}

export interface ProjectThere {
  /** The commit of its clone; `undefined` where it is none, or does not tell. */
  commit: Commit | undefined;
  /** A run is at work there. */
  isBusy: boolean;
  /** What was sent last. */
  sent: Sent;
  /** SHA-256 of the text of that list; `-` where there is none. */
  sentHash: string;
  /** Nothing else was sent while it told of its files. */
  isSteady: boolean;
  files: ReadonlyMap<RelativeName, FileThere>;
}

/**
 * @param text one character a byte
 * @param asked the names that were asked for: no other one is taken
 * @returns `undefined` where the marks are missing: it did not run to its end
 * @throws WrongAnswer for half an answer
 */
export function parseComparison(text: string, asked: ReadonlySet<string>): ProjectThere | undefined {
  const begin = text.indexOf('just-lora-begin\n');
  const end = text.lastIndexOf('just-lora-end');
  if (begin < 0 || end < begin) return undefined;
  const body = text.slice(begin + 'just-lora-begin\n'.length, end);
  const files = new Map<RelativeName, FileThere>();
  if (body === '') return { commit: undefined, isBusy: false, sent: parseSent(''), sentHash: '-', isSteady: true, files };
  const split = body.indexOf('\nnames\n');
  if (split < 0) throw new WrongAnswer('answers with half of what it was asked');
  const [head, list] = [body.slice(0, split), body.slice(split + '\nnames\n'.length)];
  const field = (key: string) =>
    head
      .split('\n')
      .find((line) => line.startsWith(`${key}=`))
      ?.slice(key.length + 1) ?? '';
  const [commit, sent] = [field('commit').slice(0, 40), head.slice(head.indexOf('sent=') + 'sent='.length)];
  const lines = list.split('\n');
  const runs = new Set(lines.flatMap((line) => (line.startsWith('run ') ? [line.slice(4)] : [])));
  const put = (name: string, content: string) => {
    if (!asked.has(name)) throw new WrongAnswer('tells of a file that it was not asked for');
    files.set(nameThere(name), { content, isExecutable: runs.has(name) });
  };
  for (let at = 0; at < lines.length; at++) {
    const [, kind, name = ''] = /^(link|folder|other) (.*)$/.exec(lines[at] ?? '') ?? [];
    if (kind === 'folder' || kind === 'other') put(name, kind);
    if (kind === 'link')
      put(
        name,
        `l${createHash('sha256')
          .update(Buffer.from(lines[++at] ?? '', 'latin1'))
          .digest('hex')}`,
      );
  }
  for (const [name, hash] of parseHashLines(list)) put(name.replace(/^\.\//, ''), `f${hash}`);
  const hash = createHash('sha256').update(Buffer.from(sent, 'latin1')).digest('hex');
  return {
    commit: isCommitHash(commit) ? commit : undefined,
    isBusy: field('busy') === 'yes',
    sent: parseSent(sent),
    sentHash: sent === '' ? '-' : hash,
    isSteady: lines.findLast((line) => line !== '') === `behind=${hash}`,
    files,
  };
}
