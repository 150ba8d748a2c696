/** What is wrong with a file, by the rule that it breaks. */
export class HeaderFault extends Error {
  constructor(
    readonly problem: 'truncated' | 'oversized' | 'bad-header' | 'bad-layout',
    message: string,
  ) {
    super(message);
  }
}
