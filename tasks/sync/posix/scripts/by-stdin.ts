import { randomUUID } from 'node:crypto';

/** Bytes of one printf: a word of a command may have 128 KiB on Linux (execve(2)), and a byte is four characters here. */
const mostBytes = 24_000;

/**
 * A script and what it reads as commands of any shell (sh, bash, zsh, ksh, csh, tcsh, fish), for one that reads its commands from
 * stdin because a startup file there has handed over to it. Every byte that such a shell could understand is an octal
 * number, and the last line hands over to sh and comes back never.
 * @param script in one line, without single quotes
 * @param input what it reads
 */
export function commandsFor(script: string, input: Buffer): string {
  if (input.length <= mostBytes) return `exec sh -c 'printf "${octal(input)}" | ( ${script} )'; exit 91\n`;
  const file = `"\${TMPDIR:-/tmp}/.just-lora-${randomUUID()}"`;
  const lines: string[] = [];
  for (let at = 0; at < input.length; at += mostBytes)
    lines.push(`sh -c 'umask 077; printf "${octal(input.subarray(at, at + mostBytes))}" >> ${file}'\n`);
  return `${lines.join('')}exec sh -c '( ${script} ) < ${file}; s=$?; rm -f ${file}; exit $s'; exit 91\n`;
}

const octal = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[^A-Za-z0-9 ./_,:=]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
