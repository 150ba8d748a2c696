/**
 * For which Pythons the index has wheels of the pinned libraries of the data work, on Linux x86_64: `npm run wheels` asks it and prints
 * this table. `any`: one wheel for every Python 3; `source`: none, and it is pure Python that pip and uv build anywhere.
 */
const wheels: Readonly<Record<string, readonly string[] | 'any' | 'source'>> = {
  'pandas==2.1.3': ['3.9', '3.10', '3.11', '3.12'],
  'beautifulsoup4==4.12.2': 'any',
  'trafilatura==1.6.2': 'any',
  'datasets==2.15.0': 'any',
  'datasketch==1.6.4': 'any',
  'jsonlines==4.0.0': 'any',
  'nltk==3.8.1': 'any',
  'langdetect==1.0.9': 'source',
  'requests==2.31.0': 'any',
};

/**
 * Which of some pins have what another Python needs, as a sentence; empty where nothing is known of one.
 * @param minor for example `3.13`
 * @returns `fits` where every one has
 */
export function wheelsFor(pins: readonly { name: string; version?: string }[], minor: string): { fits: boolean; text: string } | undefined {
  const known = pins.map((pin) => ({ ...pin, wheels: wheels[`${pin.name}==${pin.version}`] }));
  if (known.length === 0 || known.some((one) => one.wheels === undefined)) return undefined;
  const lacking = known.filter((one) => Array.isArray(one.wheels) && !one.wheels.includes(minor));
  const rest = known.length - lacking.length;
  if (lacking.length === 0) return { fits: true, text: `each of the ${rest} libraries has a wheel for Python ${minor}, or is pure Python` };
  const named = lacking.map(({ name, version, wheels: have }) => `${name} ${version} (${(have as string[]).join(', ')})`);
  return { fits: false, text: `no wheel for Python ${minor} has ${named.join(', ')}; the other ${rest} have one, or are pure Python` };
}
