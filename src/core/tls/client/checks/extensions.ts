/** Which extensions a server may send where. RFC 8446 §4.2 */
import type { Field } from '../../dissection.ts';
import { refuse } from '../refusal.ts';
import { isBodyMalformed, type Received } from './message.ts';

/** The messages of a server that carry extensions. */
export type Place =
  | 'ServerHello'
  | 'HelloRetryRequest'
  | 'EncryptedExtensions'
  | 'CertificateRequest'
  | 'Certificate'
  | 'NewSessionTicket';

/** The table of RFC 8446 §4.2, as far as it is about what servers send. */
const PLACES: Readonly<Record<number, readonly Place[]>> = {
  0: ['EncryptedExtensions'], // server_name
  1: ['EncryptedExtensions'], // max_fragment_length
  5: ['CertificateRequest', 'Certificate'], // status_request
  10: ['EncryptedExtensions'], // supported_groups
  13: ['CertificateRequest'], // signature_algorithms
  14: ['EncryptedExtensions'], // use_srtp
  15: ['EncryptedExtensions'], // heartbeat
  16: ['EncryptedExtensions'], // application_layer_protocol_negotiation
  18: ['CertificateRequest', 'Certificate'], // signed_certificate_timestamp
  19: ['EncryptedExtensions'], // client_certificate_type
  20: ['EncryptedExtensions'], // server_certificate_type
  21: [], // padding
  41: ['ServerHello'], // pre_shared_key
  42: ['EncryptedExtensions', 'NewSessionTicket'], // early_data
  43: ['ServerHello', 'HelloRetryRequest'], // supported_versions
  44: ['HelloRetryRequest'], // cookie
  45: [], // psk_key_exchange_modes
  47: ['CertificateRequest'], // certificate_authorities
  48: ['CertificateRequest'], // oid_filters
  49: [], // post_handshake_auth
  50: ['CertificateRequest'], // signature_algorithms_cert
  51: ['ServerHello', 'HelloRetryRequest'], // key_share
};

/** The others are answers: they hold what the client asked for, and nothing else. */
const UNASKED: readonly Place[] = ['CertificateRequest', 'NewSessionTicket'];
const COOKIE = 44;

/** The types in one block of extensions; the same one twice is refused. */
export function typesIn(received: Received, list?: Field): ReadonlySet<number> {
  const types = new Set<number>();
  for (const { type } of received.extensions(list)) {
    if (types.has(type)) refuse(47, `Extension ${type} stands twice in one block.`);
    types.add(type);
  }
  return types;
}

/**
 * Demands that each extension of a block may stand there, was asked for, and can be read. What the client does not know
 * is passed over in CertificateRequest and NewSessionTicket (§4.3.2, §4.6.1).
 *
 * @param offered types of the extensions in the ClientHello
 * @returns the types in the block
 */
export function checkExtensions(
  received: Received,
  place: Place,
  offered: ReadonlySet<number>,
  list?: Field,
): ReadonlySet<number> {
  const types = typesIn(received, list);
  for (const { type, field } of received.extensions(list)) {
    const places = PLACES[type];
    if (places && !places.includes(place)) refuse(47, `The extension ${field.name} does not belong into ${place}.`);
    const isWelcome =
      UNASKED.includes(place) || offered.has(type) || (place === 'HelloRetryRequest' && type === COOKIE);
    if (!isWelcome) refuse(110, `Nobody asked the server for the extension ${field.name}.`);
    if (places && isBodyMalformed(field)) refuse(50, `The extension ${field.name} is malformed.`);
  }
  return types;
}
