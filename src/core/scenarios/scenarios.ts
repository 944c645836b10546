/**
 * The catalogue. A row is a connection with one thing set differently, and what must be seen then; lessons refer to
 * rows by id, and the suite runs every row on real sockets. Ids never change.
 */
import type { Expectation, Scenario } from './scenario.ts';

const ANY_CLIENT = ['page', 'node'] as const;

/** A server of each make, in TLS 1.3 and in 1.2: a client of 1.2 is Node's. */
const node13 = { engine: 'node', tls: ['1.3'], client: ANY_CLIENT } as const;
const node12 = { engine: 'node', tls: ['1.2'], client: ['node'] } as const;
const openssl13 = { engine: 'openssl', tls: ['1.3'], client: ANY_CLIENT } as const;
const openssl12 = { engine: 'openssl', tls: ['1.2'], client: ['node'] } as const;

const ONLY_CLIENT = { client: true, server: false } as const;
const ONLY_SERVER = { client: false, server: true } as const;
const NEITHER = { client: false, server: false } as const;

/** What OpenSSL says of a client's certificate: the number of its verify error, and the alert that it sends. */
interface OpensslSays {
  readonly error: number;
  readonly alert: number;
}

/**
 * The server refuses the client. Node's closes without a word; openssl's sends an alert. In TLS 1.3 the client has long
 * been content; in 1.2 it still waits for Finished and is never done.
 */
const desk = (reason: string, openssl: OpensslSays): readonly Expectation[] => [
  { ...node13, noticedBy: 'server', alert: null, reason, lamps: ONLY_CLIENT },
  { ...node12, noticedBy: 'server', alert: null, reason, lamps: NEITHER },
  ...[
    { ...openssl13, lamps: ONLY_CLIENT },
    { ...openssl12, lamps: NEITHER },
  ].map((row) => ({ ...row, ...deskOfOpenssl(openssl) })),
];

const deskOfOpenssl = ({ error, alert }: OpensslSays) =>
  ({ noticedBy: 'server', alert, reason: `verify error:num=${error}` }) as const;

/**
 * The client refuses the server: in TLS 1.2 the server is done before it is judged, in 1.3 it never is. Node's client
 * closes without a word; the page's sends the alert that RFC 8446 §6.2 names. To a close in the middle of the handshake
 * OpenSSL answers with decode_error (50), which its peer no longer reads.
 *
 * @param reasons of Node's client: a Node server sends its root along, openssl's does not
 */
const client = (
  reasons: { readonly node: string; readonly openssl: string },
  alert: number,
  name: string,
): readonly Expectation[] =>
  (['node', 'openssl'] as const).flatMap((engine): Expectation[] => {
    const node = { engine, client: ['node'], noticedBy: 'client', reason: reasons[engine] } as const;
    const answer = engine === 'openssl' ? 50 : null;
    return [
      { engine, tls: ['1.3'], client: ['page'], noticedBy: 'client', alert, reason: name, lamps: NEITHER },
      { ...node, tls: ['1.3'], alert: answer, lamps: NEITHER },
      { ...node, tls: ['1.2'], alert: answer, lamps: ONLY_SERVER },
    ];
  });

const NO_CERTIFICATE = { noticedBy: 'server', reason: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE' } as const;

/** The rows that are about one program at the client's end. */
const ofClient = (program: 'page' | 'node', rows: readonly Expectation[]): readonly Expectation[] =>
  rows.filter((row) => row.client.includes(program)).map((row) => ({ ...row, client: [program] }));

/** Both accept. */
const NOBODY: readonly Expectation[] = [node13, node12, openssl13, openssl12].map((row) => ({
  ...row,
  ...{ noticedBy: null, alert: null, reason: null, lamps: { client: true, server: true } },
}));

export const SCENARIOS = [
  {
    id: 'good',
    title: 'Both sides hold a certificate that the other believes',
    source: 'RFC 8446 §4.4',
    fault: {},
    expect: NOBODY,
  },
  {
    id: 'no-client-cert',
    title: 'The client has no certificate to show',
    source: 'RFC 8446 §4.4.2.4',
    fault: { client: null },
    expect: [
      { ...node13, ...NO_CERTIFICATE, alert: 116, lamps: ONLY_CLIENT },
      { ...node12, ...NO_CERTIFICATE, alert: 40, lamps: NEITHER },
      { ...openssl13, ...NO_CERTIFICATE, reason: 'error:0A0000C7', alert: 116, lamps: ONLY_CLIENT },
      { ...openssl12, ...NO_CERTIFICATE, reason: 'error:0A0000C7', alert: 40, lamps: NEITHER },
    ],
  },
  {
    id: 'self-signed-client-cert',
    title: 'The client certificate is signed with its own key',
    source: 'RFC 5280 §6.1',
    fault: { client: { owner: 'mallory', subject: 'O=Order Desk, CN=alice', issuer: 'self' } },
    expect: desk('DEPTH_ZERO_SELF_SIGNED_CERT', { error: 18, alert: 48 }),
  },
  {
    id: 'foreign-ca-client-cert',
    title: 'The client certificate comes from a CA that the desk has not loaded',
    source: 'RFC 5280 §6.1',
    fault: { client: { owner: 'trudy', subject: 'O=Order Desk, CN=alice', issuer: 'foreign' } },
    expect: desk('UNABLE_TO_VERIFY_LEAF_SIGNATURE', { error: 20, alert: 48 }),
  },
  {
    id: 'impostor-ca-client-cert',
    title: 'The client certificate comes from another CA of the same name',
    source: 'RFC 5280 §6.1, §4.2.1.1',
    fault: { client: { owner: 'sybil', subject: 'O=Order Desk, CN=alice', issuer: 'twin' } },
    expect: desk('UNABLE_TO_VERIFY_LEAF_SIGNATURE', { error: 20, alert: 48 }),
  },
  {
    id: 'blind-sign',
    title: 'The CA signed a request for a name that belongs to somebody else',
    source: 'RFC 2986 §3',
    fault: { client: { owner: 'bob', subject: 'O=Order Desk, CN=alice', issuer: 'mine' } },
    expect: NOBODY,
  },
  {
    id: 'client-trusts-nothing',
    title: 'The client has loaded no CA',
    source: 'RFC 5280 §6.1.1',
    fault: { clientTrusts: [] },
    expect: client({ node: 'SELF_SIGNED_CERT_IN_CHAIN', openssl: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 48, 'unknown_ca'),
  },
  {
    id: 'desk-trusts-other-ca',
    title: 'The desk has loaded another CA',
    source: 'RFC 5280 §6.1.1',
    fault: { deskTrusts: ['foreign'] },
    // Node's client sends the root along, because it has loaded it: the chain ends there, at a stranger. The page's sends
    // what it was given, and the chain ends before.
    expect: [
      ...ofClient('page', desk('UNABLE_TO_VERIFY_LEAF_SIGNATURE', { error: 20, alert: 48 })),
      ...ofClient('node', desk('SELF_SIGNED_CERT_IN_CHAIN', { error: 19, alert: 48 })),
    ],
  },
  {
    id: 'revoked-client-cert',
    title: 'The CA has revoked the client certificate, and the desk has loaded its list',
    source: 'RFC 5280 §6.3',
    fault: { deskCrl: 'revoked' },
    expect: desk('CERT_REVOKED', { error: 23, alert: 44 }),
  },
  {
    id: 'stale-crl',
    title: "The desk's revocation list is past its time",
    source: 'RFC 5280 §6.3.3',
    fault: { deskCrl: 'stale' },
    expect: desk('CRL_HAS_EXPIRED', { error: 12, alert: 45 }),
  },
  {
    id: 'wrong-server-name',
    title: 'The client asks for a name that the certificate does not carry',
    source: 'RFC 6125 §6',
    fault: { serverName: 'tea.example' },
    expect: client(
      { node: 'ERR_TLS_CERT_ALTNAME_INVALID', openssl: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      42,
      'bad_certificate',
    ),
  },
] as const satisfies readonly Scenario[];

/** The scenario of that id, or null. */
export function scenarioOf(id: string): Scenario | null {
  return SCENARIOS.find((scenario) => scenario.id === id) ?? null;
}
