/**
 * What mends a known breakage: a setting is set; a requirement is brought by the lock, unless the file it is made of
 * was edited; anything else a person does by hand.
 * @param requirements the environment file of the profile
 */
export function trainingFix(cure: string, requirements: string): string {
  if (cure.startsWith('remote.')) return `\`npx just env:remote --set ${cure}\``;
  if (cure.includes(' ')) return cure;
  return `\`npx just env:remote\` brings what the lock says\nwhere \`${requirements}\` was edited: add \`${cure}\` to it`;
}
