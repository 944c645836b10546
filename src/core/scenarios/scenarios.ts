/**
 * The catalogue. A row is a connection with one thing set differently, and what must be seen then; lessons refer to
 * rows by id, and the suite runs every row on real sockets. Ids never change.
 */
import type { Expectation, Scenario } from './scenario.ts';

const ANY_CLIENT = ['page', 'node'] as const;

/** Node's server, in TLS 1.3 and in 1.2: a client of 1.2 is Node's. */
const in13 = { engine: 'node', tls: ['1.3'], client: ANY_CLIENT } as const;
const in12 = { engine: 'node', tls: ['1.2'], client: ['node'] } as const;

/**
 * Node's server closes without a word when it refuses a certificate. In TLS 1.3 its client has long been content; in
 * 1.2 the client still waits for Finished and is never done.
 */
const desk = (reason: string): readonly [Expectation, Expectation] => [
  { ...in13, noticedBy: 'server', alert: null, reason, lamps: { client: true, server: false } },
  { ...in12, noticedBy: 'server', alert: null, reason, lamps: { client: false, server: false } },
];

/**
 * The mirror image: in TLS 1.2 the server is done before Node's client has judged it, in 1.3 it never is. Node's client
 * closes without a word; the page's sends the alert that RFC 8446 §6.2 names.
 */
const client = (reason: string, alert: number, name: string): readonly Expectation[] => [
  {
    ...in13,
    ...{ client: ['page'], noticedBy: 'client', alert, reason: name },
    lamps: { client: false, server: false },
  },
  {
    ...in13,
    ...{ client: ['node'], noticedBy: 'client', alert: null, reason },
    lamps: { client: false, server: false },
  },
  { ...in12, noticedBy: 'client', alert: null, reason, lamps: { client: false, server: true } },
];

/** Both accept. */
const NOBODY: readonly Expectation[] = [in13, in12].map((row) => ({
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
      {
        ...in13,
        noticedBy: 'server',
        alert: 116,
        reason: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
        lamps: { client: true, server: false },
      },
      {
        ...in12,
        noticedBy: 'server',
        alert: 40,
        reason: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
        lamps: { client: false, server: false },
      },
    ],
  },
  {
    id: 'self-signed-client-cert',
    title: 'The client certificate is signed with its own key',
    source: 'RFC 5280 §6.1',
    fault: { client: { owner: 'mallory', subject: 'O=Order Desk, CN=alice', issuer: 'self' } },
    expect: desk('DEPTH_ZERO_SELF_SIGNED_CERT'),
  },
  {
    id: 'foreign-ca-client-cert',
    title: 'The client certificate comes from a CA that the desk has not loaded',
    source: 'RFC 5280 §6.1',
    fault: { client: { owner: 'trudy', subject: 'O=Order Desk, CN=alice', issuer: 'foreign' } },
    expect: desk('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  },
  {
    id: 'impostor-ca-client-cert',
    title: 'The client certificate comes from another CA of the same name',
    source: 'RFC 5280 §6.1, §4.2.1.1',
    fault: { client: { owner: 'sybil', subject: 'O=Order Desk, CN=alice', issuer: 'twin' } },
    expect: desk('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
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
    expect: client('SELF_SIGNED_CERT_IN_CHAIN', 48, 'unknown_ca'),
  },
  {
    id: 'desk-trusts-other-ca',
    title: 'The desk has loaded another CA',
    source: 'RFC 5280 §6.1.1',
    fault: { deskTrusts: ['foreign'] },
    // Node's client sends the root along, because it has loaded it: the chain ends there, at a stranger. The page's sends
    // what it was given, and the chain ends before.
    expect: [
      { ...desk('UNABLE_TO_VERIFY_LEAF_SIGNATURE')[0], client: ['page'] },
      { ...desk('SELF_SIGNED_CERT_IN_CHAIN')[0], client: ['node'] },
      desk('SELF_SIGNED_CERT_IN_CHAIN')[1],
    ],
  },
  {
    id: 'wrong-server-name',
    title: 'The client asks for a name that the certificate does not carry',
    source: 'RFC 6125 §6',
    fault: { serverName: 'tea.example' },
    expect: client('ERR_TLS_CERT_ALTNAME_INVALID', 42, 'bad_certificate'),
  },
] as const satisfies readonly Scenario[];

/** The scenario of that id, or null. */
export function scenarioOf(id: string): Scenario | null {
  return SCENARIOS.find((scenario) => scenario.id === id) ?? null;
}
