/** What mends an environment that is not what its lock says. */
export const repair = '`npx just conda --force` installs the environment again';

/** What Python said, in one line of a length that a person reads. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 300);
