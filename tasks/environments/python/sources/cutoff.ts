import { UserError } from '../../../common/errors';
import type { Host } from '../../../platform';
import type { SourceSetting } from './setting';

/**
 * The moment after which nothing counts that an index got: `exclude-newer` of uv, `uploaded-prior-to` of pip. A policy of a
 * person's or a site's, against packages that are too new to be trusted. As RFC 3339 in UTC, so that it means one moment everywhere.
 */
export type Cutoff = SourceSetting;

/** The earliest of several. @throws UserError E_INSTALLER_SETTING for one that cannot be read */
export function earliest(host: Host, settings: readonly (SourceSetting<unknown> & { day: 'end' | 'begin' })[]): Cutoff | undefined {
  const moments = settings.map(({ value, from, day }) => ({ value: momentOf(host, String(value), from, day).toISOString(), from }));
  return moments.sort((one, other) => (one.value < other.value ? -1 : 1))[0];
}

/**
 * @param day what a day without a time means: uv takes all of it, pip nothing of it; both in local time
 */
function momentOf(host: Host, text: string, from: string, day: 'end' | 'begin'): Date {
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
  if (date) return new Date(Number(date[1]), Number(date[2]) - 1, Number(date[3]) + (day === 'end' ? 1 : 0));
  if (/^\d{4}-\d{2}-\d{2}[T ]/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text);
  const span = spanOf(text.trim());
  if (span !== undefined) return new Date(host.now().getTime() - span);
  throw new UserError({
    code: 'E_INSTALLER_SETTING',
    found: `\`${from}\` has \`${text.slice(0, 60)}\`, which is neither a date nor a span of time`,
    needed: 'a date (`2026-01-31`), a moment (`2026-01-31T00:00:00Z`) or a span (`7 days`, `P7D`)',
    fix: `correct it in \`${from}\``,
  });
}

const hour = 3_600_000;
const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:w|weeks?)$/, 168 * hour],
  [/^(?:d|days?)$/, 24 * hour],
  [/^(?:h|hrs?|hours?)$/, hour],
  [/^(?:m|mins?|minutes?)$/, hour / 60],
  [/^(?:s|secs?|seconds?)$/, hour / 3600],
];

/** `7 days`, `1 week, 2 days`, `P7D`, `PT12H` in milliseconds. */
function spanOf(text: string): number | undefined {
  const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text);
  if (iso && text.length > 2) return units.reduce((sum, [, ms], index) => sum + Number(iso[index + 1] ?? 0) * ms, 0);
  const parts =
    text
      .toLowerCase()
      .replace(/\s+ago$/, '')
      .match(/\d+\s*[a-z]+/g) ?? [];
  if (
    parts.length === 0 ||
    parts.join('').replace(/\s/g, '') !==
      text
        .toLowerCase()
        .replace(/\s+ago$/, '')
        .replace(/[\s,]/g, '')
  )
    return undefined;
  let sum = 0;
  for (const part of parts) {
    const [, count = '', word = ''] = /^(\d+)\s*([a-z]+)$/.exec(part) ?? [];
    const unit = units.find(([says]) => says.test(word));
    if (!unit) return undefined;
    sum += Number(count) * unit[1];
  }
  return sum;
}
