/** A value of a table as JSON: integers of 64 bits as numbers, bytes as a word. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each instanceof Uint8Array ? '(bytes)' : each)) ??
  '';
