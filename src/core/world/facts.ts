/** Everything that can become true in a world. `perform.ts` and the bridge cause facts, `apply.ts` takes them in. */

import type { Fact } from '../bridge/run.ts';
import type { Side } from '../tls/dissection.ts';
import type { Change } from './commands.ts';
import type { Authority, DeskLine, KeyPair, Loaded, LoadedByRelay, Owner, SignedMessage } from './world.ts';

export type WorldFact =
  | { readonly kind: 'key'; readonly pair: KeyPair }
  | { readonly kind: 'authority'; readonly authority: Authority }
  | { readonly kind: 'request'; readonly owner: Owner; readonly pem: string }
  | { readonly kind: 'certificate'; readonly owner: Owner; readonly pem: string }
  | { readonly kind: 'signature'; readonly owner: Owner; readonly signed: SignedMessage }
  | { readonly kind: 'trust'; readonly side: Side; readonly names: readonly string[] }
  | { readonly kind: 'relay'; readonly loaded: LoadedByRelay }
  /** what each side had loaded when the run of this label was made */
  | { readonly kind: 'loaded'; readonly label: string; readonly loaded: Loaded }
  /** a private key was handed to the local bridge, as that many bytes of PEM */
  | { readonly kind: 'lent'; readonly owner: Owner; readonly bytes: number }
  /** what is to be done to a held record; null: nothing any more */
  | { readonly kind: 'prepared'; readonly run: number; readonly record: number; readonly change: Change | null }
  | { readonly kind: 'desk-line'; readonly line: DeskLine }
  | { readonly kind: 'bet'; readonly id: string; readonly choice: number }
  /** the server has forgotten this learner's runs: none of them is open any more, and numbers start again */
  | { readonly kind: 'session-ended' }
  /** told by the bridge of a run */
  | { readonly kind: 'run'; readonly fact: Fact };
