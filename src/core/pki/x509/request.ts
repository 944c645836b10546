/** Reads certificate signing requests, PKCS#10 (RFC 2986). */
import { OID } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import type { Refusal, Result } from '../../bytes/result.ts';
import { Malformed, onlyElement, reading, type Element } from '../der/read.ts';
import { bitStringBytes, oidText, smallInteger } from '../der/values.ts';
import { readAlgorithm, readPublicKey, type Algorithm, type PublicKey } from '../keys/public-key.ts';
import { readName, type Name } from '../names/name.ts';
import { readExtensions, type Extension } from './extensions.ts';

const REQUEST_BYTES = 64 * 1024;
const ATTRIBUTES = 50;

export interface Request {
  readonly der: Uint8Array;
  /** the part that the asker signed, CertificationRequestInfo */
  readonly signed: Uint8Array;
  readonly subject: Name;
  readonly publicKey: PublicKey;
  /** the extensions that the asker wishes for */
  readonly extensions: readonly Extension[];
  /** beside the wish for extensions: a challenge password, say */
  readonly hasOtherAttributes: boolean;
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
}

/** A request from its DER; `damaged` says what is wrong and at which byte. */
export function parseRequest(der: Uint8Array): Result<Request, Refusal<'damaged'>> {
  return reading(() => request(der));
}

function request(der: Uint8Array): Request {
  if (der.length > REQUEST_BYTES) throw new Malformed(`A request of ${der.length} bytes is too large.`);
  const outer = onlyElement(der, 'a certificate request', TAG.sequence).inside();
  const signedElement = outer.read('the signed part', TAG.sequence);
  const algorithm = readAlgorithm(outer, 'the signature algorithm');
  const signature = bitStringBytes(outer.read('the signature', TAG.bitString), 'The signature');
  outer.end('A request');
  const reader = signedElement.inside();
  if (smallInteger(reader.read('the version', TAG.integer), 'The version') !== 0) {
    throw new Malformed('A certificate request has version 1 only.');
  }
  const subject = readName(reader, 'the subject');
  const publicKey = readPublicKey(reader);
  const attributes = reader.optional('the attributes', context(0, 'constructed'));
  reader.end('The signed part');
  const wishes = attributes ? requestedExtensions(attributes) : [];
  const hasOtherAttributes = wishes.includes(null);
  const extensions = wishes.flatMap((wish) => wish ?? []);
  return { der, signed: signedElement.whole, subject, publicKey, extensions, hasOtherAttributes, algorithm, signature };
}

/** What each attribute asks for; null for one that asks for something else. */
function requestedExtensions(attributes: Element): (Extension[] | null)[] {
  return attributes
    .inside()
    .all('attributes', ATTRIBUTES, TAG.sequence)
    .map((element) => {
      const inner = element.inside();
      const oid = oidText(inner.read("an attribute's OID", TAG.oid));
      const values = inner.read("an attribute's values", TAG.set);
      inner.end('An attribute');
      return oid === OID.extensionRequest ? readExtensions(values.inside()) : null;
    });
}
