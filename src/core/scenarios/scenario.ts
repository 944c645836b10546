/** What a scenario is: one thing set differently, and what must then be seen. Data only. */
import type { Side } from '../tls/dissection.ts';

/** A certificate that the scenario makes before it dials. */
export interface Identity {
  /** owner in the world: the learner's own thing of that name is used if there is one */
  readonly owner: string;
  readonly subject: string;
  /** the owner's own key, or an authority of the world (see {@link Authority}) */
  readonly issuer: 'self' | Authority;
}

/** `mine` is the learner's. `twin` carries its name over another key; `foreign` has a name and a key of its own. */
export type Authority = 'mine' | 'twin' | 'foreign';

/** `revoked` names the client's certificate. `stale` names nobody, and its time is over. */
export type RevocationList = 'revoked' | 'stale';

/** What is not as it should be. What is left out is as in a good connection. */
export interface Fault {
  /** what the client shows instead of Alice's certificate; null: nothing */
  readonly client?: Identity | null;
  /** anchors that the client has loaded */
  readonly clientTrusts?: readonly Authority[];
  /** anchors that the desk has loaded */
  readonly deskTrusts?: readonly Authority[];
  /** the revocation list of the learner's CA that the desk has loaded; without it the desk asks for none */
  readonly deskCrl?: RevocationList;
  /** the name by which the client asks for the desk */
  readonly serverName?: string;
}

/** Measured on real peers, Node 20.20 with OpenSSL 3.0.19 unless the row says otherwise. */
export interface Expectation {
  readonly engine: 'node' | 'openssl';
  /** programs at the client's end that the row is about; the page's own client speaks TLS 1.3 only */
  readonly client: readonly ('page' | 'node')[];
  readonly tls: readonly ('1.2' | '1.3')[];
  /** who refused; null: both accepted */
  readonly noticedBy: Side | null;
  /** alert on the wire, or null: none was sent */
  readonly alert: number | null;
  /** the refusing program's own code; null where nobody refused */
  readonly reason: string | null;
  /** what each lamp shows in the end */
  readonly lamps: { readonly client: boolean; readonly server: boolean };
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly fault: Fault;
  readonly expect: readonly Expectation[];
}
