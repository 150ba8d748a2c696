const whole = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g;
const end = /-----END [A-Z ]{0,40}PRIVATE KEY-----/g;
const isBlank = (character = ''): boolean => /\s/.test(character);
const isBase64 = (character = ''): boolean => /[A-Za-z0-9+/=]/.test(character);
/** Words before the end of a key that are as short as these are none of it. */
const shortest = 8;

/**
 * A text without private keys, those too whose head was cut off, as the last lines of an output are. These are read backwards from their
 * end: an expression would read all that follows of base64 from each of its lines.
 * @param hidden stands in place of a key
 */
export function withoutPrivateKeys(text: string, hidden: string): string {
  if (!text.includes('PRIVATE KEY-----')) return text;
  const cut = text.replace(whole, hidden);
  let clean = '';
  let from = 0;
  for (const { 0: found, index } of cut.matchAll(end)) {
    const start = startOfKey(cut, index, from);
    if (start === index) continue;
    clean += cut.slice(from, start) + hidden;
    from = index + found.length;
  }
  return clean + cut.slice(from);
}

function startOfKey(text: string, keyEnd: number, least: number): number {
  for (let start = keyEnd; ; ) {
    let at = start;
    while (at > least && isBlank(text[at - 1])) at--;
    const behind = at;
    while (at > least && isBase64(text[at - 1])) at--;
    if (behind === start || behind - at < shortest) return start;
    start = at;
  }
}
