type Shape = { type?: string; entries?: Record<string, unknown>; wrapped?: unknown; key?: unknown; value?: unknown; pipe?: unknown[] };

/** What stands inside of `optional` and `nullable`. */
function unwrapped(schema: unknown): Shape {
  let shape = schema as Shape;
  while (shape?.wrapped) shape = shape.wrapped as Shape;
  return shape ?? {};
}

/** The keys of a mapping's schema, `undefined` where it is none. */
export const schemaEntries = (schema: unknown): Record<string, unknown> | undefined => unwrapped(schema).entries;

/** The schema of a record's values: models and remotes by name. */
export function recordValueOf(schema: unknown): unknown {
  const { type, value } = unwrapped(schema);
  return type === 'record' ? value : undefined;
}

/** The schema of what stands under a key, `undefined` where nothing may. */
export function schemaUnder(schema: unknown, key: string): unknown {
  const entries = schemaEntries(schema);
  // `toString` and `__proto__` are in every object, and no settings.
  if (entries) return Object.hasOwn(entries, key) ? entries[key] : undefined;
  return recordValueOf(schema);
}

/** Whether a setting holds text: then a variable is taken as it is typed, `3.10` and `a: b` too. */
export const holdsText = (schema: unknown): boolean => ['string', 'picklist'].includes(unwrapped(schema).type ?? '');

/** Whether `null` is a value of it. */
export function isNullable(schema: unknown): boolean {
  for (let shape = schema as Shape; shape; shape = shape.wrapped as Shape) if (shape.type === 'nullable') return true;
  return false;
}
