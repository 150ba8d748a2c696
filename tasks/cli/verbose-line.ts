/** A command, or what it said: no line of a program begins like one of ours. */
export const verboseLine = (line: string): string => (line.startsWith('$ ') ? line : `  | ${line.trimStart()}`);
