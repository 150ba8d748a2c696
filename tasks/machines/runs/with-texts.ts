/** The same with each text in it as `change` has it, which is told the field that the text stands in. */
export function withTexts<T>(value: T, change: (text: string, field?: string) => string, field?: string): T {
  if (typeof value === 'string') return change(value, field) as T;
  if (Array.isArray(value)) return value.map((each) => withTexts(each, change, field)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withTexts(each, change, key)])) as T;
}
