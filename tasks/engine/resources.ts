import type { Context } from './context';

/** Something that several steps of a run need, and that takes time or connections to have. */
export interface Resource<T> {
  make(context: Context): T;
  close?(made: T): void;
}

/** What the steps of one run share: each is made when a step first asks for it, and closed when the run ends. */
export class Resources {
  readonly #made = new Map<Resource<unknown>, unknown>();

  get<T>(context: Context, resource: Resource<T>): T {
    if (!this.#made.has(resource)) this.#made.set(resource, resource.make(context));
    return this.#made.get(resource) as T;
  }

  /** It is not what it was: the next step that asks gets a new one. */
  forget<T>(resource: Resource<T>): void {
    this.#made.delete(resource);
  }

  close(): void {
    const made = [...this.#made];
    this.#made.clear();
    const failures = made.flatMap(([resource, each]) => {
      try {
        resource.close?.(each);
        return [];
      } catch (error) {
        return [error];
      }
    });
    // The others are closed all the same.
    if (failures.length > 0) throw failures[0];
  }
}
