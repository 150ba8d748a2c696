/**
 * Whether pyarrow 14 takes a text for a point of time: ISO 8601 with seconds at most (cpp/src/arrow/util/value_parsing.h,
 * ParseTimestampISO8601). A column of such texts alone becomes a column of timestamps.
 */
export function isTimestamp(text: string): boolean {
  if (text.length < 10 || text.length > 25 || text.charCodeAt(4) !== 0x2d) return false;
  const found = pattern.exec(text);
  if (!found) return false;
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = found;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && +hour < 24 && +minute < 60 && +second < 60;
}

const pattern = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2})(?::(\d{2})(?::(\d{2}))?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
