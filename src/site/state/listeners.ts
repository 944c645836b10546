/** Those who want to be told. */
export class Listeners<News> {
  readonly #all = new Set<(news: News) => void>();

  /** @returns the way to stop listening */
  add(listener: (news: News) => void): () => void {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  }

  tell(news: News): void {
    this.#all.forEach((listener) => listener(news));
  }
}
