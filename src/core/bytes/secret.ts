/**
 * A private key, in a box. Whatever prints, logs or serialises it shows no key; only `reveal()` does, so a search for
 * `reveal(` finds every use.
 */
export class Secret {
  readonly #pem: string;

  constructor(pem: string) {
    this.#pem = pem;
  }

  reveal(): string {
    return this.#pem;
  }

  toJSON(): string {
    return '[private key]';
  }

  toString(): string {
    return '[private key]';
  }
}
