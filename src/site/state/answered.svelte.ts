/** The latest answer to a question that changes; what was asked before it no longer counts. */
export class Answered<Answer> {
  #answer = $state.raw<Answer | null>(null);

  /** @param ask reads what it depends on before it waits for anything; asked anew when that has changed */
  constructor(ask: () => Promise<Answer>) {
    $effect(() => {
      let isCurrent = true;
      void ask().then(
        (answer) => isCurrent && (this.#answer = answer),
        () => isCurrent && (this.#answer = null),
      );
      return () => (isCurrent = false);
    });
  }

  /** null: none yet */
  get current(): Answer | null {
    return this.#answer;
  }
}
