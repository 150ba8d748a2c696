/** The command that mends the training environment: a plain one does nothing where only a look at every file tells what is wrong. */
export const environmentFix = (differs: boolean): string => (differs ? '`npx just env:remote`' : '`npx just env:remote --force`');

/**
 * What mends a known breakage: a setting is set; a requirement is brought by the lock, unless the file it is made of
 * was edited; anything else a person does by hand.
 * @param requirements the environment file of the profile
 * @param differs the environment is not what its lock says: then the lock has what goes together, and a requirement of an older
 *   profile would be wrong in the file of a newer one
 */
export function trainingFix(cure: string, requirements: string, differs = false): string {
  if (cure.startsWith('remote.')) return `\`npx just env:remote --set ${cure}\``;
  if (cure.includes(' ')) return cure;
  const brings = `${environmentFix(differs)} brings what the lock says`;
  return differs ? brings : `${brings}\nwhere \`${requirements}\` was edited: add \`${cure}\` to it`;
}
