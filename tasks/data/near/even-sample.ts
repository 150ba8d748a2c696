/**
 * At most so many of things that come one by one, evenly spread, and the same in each run: each of them as long as there is room, then
 * every second, every fourth.
 */
export class EvenSample<Item> {
  #items: Item[] = [];
  #step = 1;
  #seen = 0;

  constructor(private readonly most: number) {}

  /** @param make is only asked where it is taken */
  add(make: () => Item): void {
    if (this.#seen++ % this.#step !== 0 || this.most <= 0) return;
    this.#items.push(make());
    if (this.#items.length <= this.most) return;
    this.#items = this.#items.filter((_, index) => index % 2 === 0);
    this.#step *= 2;
  }

  get items(): readonly Item[] {
    return this.#items;
  }
}
