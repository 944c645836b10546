/**
 * One learner's world: what they made, what each side has loaded, what was seen on the wire. Plain facts, replaced
 * whole; `apply.ts` is the only place that makes a new world out of an old one, `perform.ts` the only one that causes
 * facts, `checks.ts` only reads.
 */
import type { Secret } from '../bytes/secret.ts';
import type { KeyKind } from '../pki/keys/key-kind.ts';
import type { Run } from '../bridge/run.ts';
import type { Change } from './commands.ts';

/** Who owns a key or certificate: a person (`me`, `alice`, `mallory`), the `desk`, or an authority (`ca:mine`). */
export type Owner = string;

export interface KeyPair {
  readonly owner: Owner;
  readonly kind: KeyKind;
  /** SubjectPublicKeyInfo, PEM */
  readonly publicKey: string;
  /** PKCS#8 PEM in a box */
  readonly privateKey: Secret;
}

/** A certificate authority of the learner. Its key is `keys['ca:' + name]`. */
export interface Authority {
  readonly name: string;
  readonly certificate: string;
}

/** What a signer said and the signature under it: RSASSA-PKCS1-v1_5 with SHA-256, lower-case hex. */
export interface SignedMessage {
  readonly message: string;
  readonly signature: string;
  /** what somebody made of the message after it was signed; null while nobody has */
  readonly edited: string | null;
}

/** What the relay has confirmed that it loaded, by SHA-256 of the DER. */
export interface LoadedByRelay {
  readonly certificate: string | null;
  readonly trust: readonly string[];
}

/** What each side had loaded when a run was made, PEM. */
export interface Loaded {
  /** trust anchors */
  readonly client: readonly string[];
  readonly server: readonly string[];
  /** revocation lists of the server */
  readonly crls: readonly string[];
}

/** One line of the order desk, decrypted, and who said it. */
export interface DeskLine {
  readonly run: number;
  readonly from: 'client' | 'server';
  /** the JSON object inside the envelope, or the greeting */
  readonly message: Readonly<Record<string, unknown>>;
}

/** What will be done to a held record when the gate lets it through. */
export interface Prepared {
  readonly run: number;
  /** index of the record at the tap */
  readonly record: number;
  readonly change: Change;
}

export interface World {
  readonly keys: Readonly<Record<Owner, KeyPair>>;
  readonly authorities: Readonly<Record<string, Authority>>;
  /** certificate signing requests, PEM */
  readonly requests: Readonly<Record<Owner, string>>;
  /** certificates, PEM, leaf only */
  readonly certificates: Readonly<Record<Owner, string>>;
  readonly signatures: Readonly<Record<Owner, SignedMessage>>;
  /** names of the authorities each side trusts */
  readonly trust: { readonly client: readonly string[]; readonly server: readonly string[] };
  readonly relay: LoadedByRelay | null;
  /** runs by label: `good`, or the id of a scenario; each label keeps its newest run */
  readonly runs: Readonly<Record<string, Run>>;
  readonly lastRun: string | null;
  /** what each side had loaded when the newest run of a label was made */
  readonly loaded: Readonly<Record<string, Loaded>>;
  /** at most one change for a record */
  readonly prepared: readonly Prepared[];
  readonly deskLines: readonly DeskLine[];
  /** bets by id: the number of the choice, from 1 */
  readonly bets: Readonly<Record<string, number>>;
  /** bytes of private keys that have left the tab, and for which owners */
  readonly lent: { readonly bytes: number; readonly owners: readonly Owner[] };
}

export const EMPTY_WORLD: World = {
  keys: {},
  authorities: {},
  requests: {},
  certificates: {},
  signatures: {},
  trust: { client: [], server: [] },
  relay: null,
  runs: {},
  lastRun: null,
  loaded: {},
  prepared: [],
  deskLines: [],
  bets: {},
  lent: { bytes: 0, owners: [] },
};
