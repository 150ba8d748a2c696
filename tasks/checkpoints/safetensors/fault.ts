/** What is wrong with a file, by the rule that it breaks. */
export class HeaderFault extends Error {
  constructor(
    readonly problem: 'truncated' | 'oversized' | 'bad-header' | 'bad-layout',
    message: string,
  ) {
    super(message);
  }
}

const words = {
  truncated: 'is truncated',
  oversized: 'is too long',
  'bad-header': 'has a wrong header',
  'bad-layout': 'has a wrong header',
};

/** What is said of the file: `has a wrong header: …`. */
export const headerWords = ({ problem, message }: HeaderFault): string => `${words[problem]}: ${message}`;
