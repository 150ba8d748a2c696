/** What mends an environment that is not what its lock says. */
export const repair = '`npx just env:remote --force` installs the environment again';
