type Shape = { entries?: Record<string, unknown>; wrapped?: unknown; value?: unknown };

/** What stands inside of `optional` and `nullable`. */
function unwrapped(schema: unknown): Shape {
  let shape = schema as Shape;
  while (shape?.wrapped) shape = shape.wrapped as Shape;
  return shape ?? {};
}

/** The keys of a mapping's schema, `undefined` where it is none. */
export const entriesOf = (schema: unknown): Record<string, unknown> | undefined => unwrapped(schema).entries;

/** The schema of a record's values: models and remotes by name. */
export const recordValueOf = (schema: unknown): unknown => unwrapped(schema).value;
