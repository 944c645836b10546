/** What a lesson needs before its first step, made in front of the learner with real keys. */
import { commandsFor, parseNeed } from '$core/world/needs.ts';
import { world } from '$site/state/world.svelte.ts';

export type NeedsState =
  | { readonly kind: 'met' }
  | { readonly kind: 'making'; readonly words: string }
  | { readonly kind: 'made'; readonly words: string }
  | { readonly kind: 'failed'; readonly words: string; readonly why: string };

/** The needs in words: `a CA, and a certificate for the desk`. */
export function needsInWords(needs: readonly string[]): string {
  const words = needs.flatMap((text) => {
    const need = parseNeed(text);
    return need === null ? [] : [oneInWords(need)];
  });
  const last = words.pop();
  if (last === undefined) return 'nothing';
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}

function oneInWords({ kind, of }: NonNullable<ReturnType<typeof parseNeed>>): string {
  const whom = of === 'me' ? 'you' : of === 'desk' ? 'the desk' : capital(of);
  switch (kind) {
    case 'ca':
      return of === 'mine' ? 'a CA of your own' : `a CA called ${of}`;
    case 'key':
      return `a key for ${whom}`;
    case 'csr':
      return `a request from ${whom}`;
    case 'cert':
      return `a certificate for ${whom}`;
    case 'trust':
      return of === 'both' ? 'your CA loaded on both sides' : `your CA loaded by the ${of}`;
  }
}

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

export class Needs {
  readonly #needs: readonly string[];
  #state = $state.raw<NeedsState>({ kind: 'met' });

  constructor(needs: readonly string[]) {
    this.#needs = needs;
  }

  get state(): NeedsState {
    return this.#state;
  }

  /** Tries again what has failed; else nothing. */
  async retry(): Promise<void> {
    if (this.#state.kind === 'failed') await this.make();
  }

  /** Makes what is missing. May be called again after it failed. */
  async make(): Promise<void> {
    const missing = this.#needs.filter((need) => commandsFor([need], world.current).length > 0);
    if (missing.length === 0) return;
    const words = needsInWords(missing);
    this.#state = { kind: 'making', words };
    // One at a time, and looked up anew: making one thing can meet the need for the next.
    for (;;) {
      const [command] = commandsFor(missing, world.current);
      if (command === undefined) break;
      const done = await world.perform(command);
      if (done.kind === 'done') continue;
      this.#state = { kind: 'failed', words, why: done.text };
      return;
    }
    this.#state = { kind: 'made', words };
  }
}
