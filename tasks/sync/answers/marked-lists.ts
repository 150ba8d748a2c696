/** Lists behind one another in one answer, each behind a mark that is no line of a list. */
export const listsIn = (text: string): string[] => text.split('\0list\0').slice(1);
