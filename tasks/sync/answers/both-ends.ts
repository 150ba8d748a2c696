/** The beginning and the end of what a program said, where the fault is told: patterns are tried on that, not on megabytes. */
export const bothEnds = (text: string, most = 30_000): string =>
  text.length > most ? `${text.slice(0, most / 3)}\n${text.slice((-most * 2) / 3)}` : text;
