/** What a client demands of the messages in which a server shows who it is. Each check ends in a refusal. */
import { certificateFacts, type PublicKey } from '../../../asn1/certificate.ts';
import { sameBytes } from '../../../bytes/reader.ts';
import { find } from '../../format/tree.ts';
import { signedContent13 } from '../../verify/content.ts';
import { verifySignature } from '../../verify/signature.ts';
import { refuse } from '../refusal.ts';
import type { Offer } from '../state.ts';
import { ascii } from '../wire/encode.ts';
import { checkExtensions } from './extensions.ts';
import { maySign } from './key-usage.ts';
import { itemsOf, type Received } from './message.ts';
import { mayProve, schemesFor } from './schemes.ts';

const [ALPN, SIGNATURE_ALGORITHMS] = [16, 13];

/** The protocol chosen with ALPN, or null. RFC 7301 §3.1 */
export function chosenProtocol(received: Received, { extensions, alpn }: Offer): string | null {
  const types = checkExtensions(received, 'EncryptedExtensions', extensions);
  if (!types.has(ALPN)) return null;
  const path = ['extensions', 'application_layer_protocol_negotiation', 'protocol_name_list'];
  const [name, ...more] = itemsOf(received.find(...path));
  if (!name || more.length > 0) return refuse(47, 'A server chooses exactly one protocol.');
  const chosen = received.raw(...path, 'ProtocolName', 'name');
  return alpn.find((offered) => sameBytes(ascii(offered), chosen)) ?? refuse(47, 'The protocol was not on offer.');
}

/** What a server says about the certificate that it wants. RFC 8446 §4.3.2 */
export interface Request {
  /** kinds of signature that it can check */
  readonly schemes: readonly number[];
}

export function requestOf(received: Received, { extensions }: Offer): Request {
  if (received.raw('certificate_request_context', 'context').length > 0) {
    refuse(47, 'Within the handshake a request has no context.');
  }
  const types = checkExtensions(received, 'CertificateRequest', extensions);
  if (!types.has(SIGNATURE_ALGORITHMS)) refuse(109, 'The request does not say which signatures the server can check.');
  return { schemes: received.codes('extensions', 'signature_algorithms', 'supported_signature_algorithms') };
}

/** A chain (DER) that a server claims, and the key that it will have to prove. */
export interface Claim {
  readonly chain: readonly Uint8Array[];
  readonly key: PublicKey;
}

/** RFC 8446 §4.4.2, §4.4.2.4 */
export function claimOf(received: Received, { extensions }: Offer): Claim {
  const entries = itemsOf(received.find('certificate_list'));
  if (entries.length === 0) refuse(50, 'The server sent no certificate.');
  if (received.raw('certificate_request_context', 'context').length > 0) refuse(47, 'Nobody asked the server.');
  for (const entry of entries) checkExtensions(received, 'Certificate', extensions, find(entry, 'extensions'));
  const chain = entries.map((entry) => {
    const data = find(entry, 'cert_data');
    return data ? received.rawOf(data).subarray(3) : new Uint8Array();
  });
  const key = certificateFacts(chain[0] ?? new Uint8Array())?.key;
  return key ? { chain, key } : refuse(42, 'The certificate of the server cannot be read.');
}

/** The proof that the server owns the key of the certificate it shows. RFC 8446 §4.4.3 */
export function checkProof(received: Received, { chain, key }: Claim, transcriptHash: Uint8Array): void {
  const scheme = received.number('algorithm') ?? 0;
  if (!mayProve(scheme)) refuse(47, 'The kind of signature was not on offer.');
  const fitting = schemesFor(key);
  if (fitting.length === 0) refuse(43, 'The certificate of the server has a kind of key that was not on offer.');
  if (!fitting.includes(scheme)) refuse(47, 'The kind of signature does not fit the key of the certificate.');
  if (!maySign(chain[0] ?? new Uint8Array())) refuse(43, 'The certificate does not allow its key to sign.');
  const content = signedContent13('server', transcriptHash);
  const { holds, why } = verifySignature(scheme, key, content, received.raw('signature', 'signature'));
  if (holds === null) refuse(43, why);
  if (!holds) refuse(51, why);
}
