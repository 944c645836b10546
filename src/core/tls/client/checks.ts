/** What a client demands of each message of the server before it believes it. Each check ends in a refusal. */
import { certificateFacts } from '../../asn1/certificate.ts';
import { sameBytes } from '../../bytes/reader.ts';
import type { Field } from '../dissection.ts';
import { find } from '../format/tree.ts';
import { suiteOf, type Suite } from '../names/suites.ts';
import { signedContent13 } from '../verify/content.ts';
import { verifySignature } from '../verify/signature.ts';
import { GROUP_CODES, OFFERED_SCHEMES, sharedSecret, warnsOfDowngrade, type Share } from './hello.ts';
import type { Received } from './message.ts';
import type { ClientOptions, GroupName } from './options.ts';
import { refuse } from './refusal.ts';

const TLS13 = 0x0304;

type Extensions = ReadonlyMap<number, Field>;

/** The extensions of an answer: only those that were asked for, each once. RFC 8446 §4.2 */
export function extensionsOf(received: Received, allowed: readonly number[]): Extensions {
  const extensions = received.extensions() ?? refuse(47, 'An extension came twice.');
  onlyThese(extensions, allowed);
  return extensions;
}

function onlyThese(extensions: Extensions, allowed: readonly number[]): void {
  for (const [type, { name }] of extensions) {
    if (!allowed.includes(type)) refuse(110, `The server sent ${name}, which nobody asked for.`);
  }
}

/** What ServerHello and HelloRetryRequest have in common: version, suite, session id, compression. RFC 8446 §4.1.3 */
export function agreedSuite(
  hello: Received,
  { suites }: ClientOptions,
  sessionId: Uint8Array,
  earlier: Suite | null,
): Suite {
  if (hello.number('extensions', 'supported_versions', 'selected_version') !== TLS13) {
    if (warnsOfDowngrade(hello.raw('random'))) refuse(47, 'Somebody forced an older version of TLS.');
    refuse(70, 'The server does not speak TLS 1.3.');
  }
  const code = hello.number('cipher_suite') ?? 0;
  const suite = suites.includes(code) ? suiteOf(code) : null;
  if (!suite || (earlier && earlier.code !== code)) return refuse(47, 'The cipher suite was not on offer.');
  if (!sameBytes(hello.raw('legacy_session_id_echo', 'id'), sessionId)) refuse(47, 'The session id differs.');
  if (hello.number('legacy_compression_method') !== 0) refuse(47, 'Compression was not on offer.');
  return suite;
}

/** What a HelloRetryRequest asks for: a share of another group, a cookie given back, or both. RFC 8446 §4.1.4 */
export function retryOf(
  hello: Received,
  { groups }: ClientOptions,
  shares: readonly Share[],
): { readonly group: GroupName | null; readonly cookie: Uint8Array | null } {
  const extensions = extensionsOf(hello, [43, 44, 51]);
  const cookie = extensions.has(44) ? hello.raw('extensions', 'cookie', 'cookie').subarray(2) : null;
  const code = hello.number('extensions', 'key_share', 'selected_group');
  const group = groups.find((name) => GROUP_CODES[name] === code) ?? null;
  const isNew = group !== null && !shares.some((share) => share.group === group);
  if (extensions.has(51) ? !isNew : !cookie) refuse(47, 'The server asks again for what it has.');
  return { group, cookie };
}

/** The secret of the key exchange, RFC 8446 §4.2.8. */
export function agreedSecret(hello: Received, extensions: Extensions, shares: readonly Share[]): Uint8Array {
  if (!extensions.has(51)) refuse(109, 'The server sent no key share.');
  const code = hello.number('extensions', 'key_share', 'KeyShareEntry', 'group');
  const share = shares.find(({ group }) => GROUP_CODES[group] === code);
  const peer = hello.raw('extensions', 'key_share', 'KeyShareEntry', 'key_exchange', 'key');
  return (share && sharedSecret(share, peer)) ?? refuse(47, 'The key share of the server does not fit ours.');
}

/** The pre-shared key that the server took, or null. RFC 8446 §4.2.11 */
export function acceptedPsk(
  hello: Received,
  extensions: Extensions,
  { ticket }: ClientOptions,
  suite: Suite,
): Uint8Array | null {
  if (!extensions.has(41)) return null;
  const isOurs = hello.number('extensions', 'pre_shared_key', 'selected_identity') === 0;
  if (!ticket || !isOurs || suiteOf(ticket.suite)?.hash !== suite.hash) {
    return refuse(47, 'The server took a key that was not on offer.');
  }
  return ticket.psk;
}

/** The protocol chosen with ALPN, or null. RFC 7301 §3.1 */
export function chosenProtocol(received: Received, { serverName, alpn }: ClientOptions): string | null {
  const allowed = [10, ...(serverName === null ? [] : [0]), ...(alpn.length > 0 ? [16] : [])];
  const list = find(extensionsOf(received, allowed).get(16), 'protocol_name_list');
  if (!list) return null;
  const chosen = find(list, 'ProtocolName', 'name')?.value ?? '';
  if (list.children.length !== 2 || !alpn.includes(chosen)) refuse(47, 'The protocol was not on offer.');
  return chosen;
}

/** A CertificateRequest: its context, and the signatures the server can check. RFC 8446 §4.3.2 */
export interface Request {
  readonly context: Uint8Array;
  readonly schemes: readonly number[];
}

export function requestOf(received: Received): Request {
  const algorithms = received.extensions()?.get(13);
  if (!algorithms) refuse(109, 'The request does not say which signatures the server can check.');
  const schemes = received.codes(find(algorithms, 'supported_signature_algorithms'));
  return { context: received.raw('certificate_request_context', 'context'), schemes };
}

/** The chain a server shows (DER). RFC 8446 §4.4.2 */
export function chainOf(received: Received): Uint8Array[] {
  const entries = received.entries();
  if (entries.length === 0) refuse(50, 'The server sent no certificate.');
  if (received.raw('certificate_request_context', 'context').length > 0) refuse(47, 'Nobody asked the server.');
  for (const { extensions } of entries) onlyThese(extensions ?? new Map(), []);
  return entries.map(({ der }) => der);
}

/** RFC 8446 §4.2.3: the schemes of PKCS#1 sign certificates only. */
const MAY_SIGN_HANDSHAKES = new Set<number>(OFFERED_SCHEMES.filter((scheme) => (scheme & 0xff) !== 1));

/** The proof that the server owns the key of the certificate it shows. RFC 8446 §4.4.3 */
export function proveServer(received: Received, chain: readonly Uint8Array[], transcriptHash: Uint8Array): void {
  const scheme = received.number('algorithm') ?? 0;
  if (!MAY_SIGN_HANDSHAKES.has(scheme)) refuse(47, 'The kind of signature was not on offer.');
  const [leaf] = chain;
  const facts = leaf && certificateFacts(leaf);
  if (!facts) return refuse(42, 'The certificate cannot be read.');
  const content = signedContent13('server', transcriptHash);
  const { holds, why } = verifySignature(scheme, facts.key, content, received.raw('signature', 'signature'));
  if (holds === null) refuse(43, why);
  if (!holds) refuse(51, why);
}
