import { isA, readDer } from '../../../asn1/der.ts';
import { oidText } from '../../../asn1/oid.ts';
import { OID } from '../../../asn1/oids.ts';
import { contentOf } from '../../../asn1/value.ts';
import { Reader } from '../../../bytes/reader.ts';

const DIGITAL_SIGNATURE = 0x80; // bit 0, RFC 5280 §4.2.1.3

/**
 * Whether a certificate allows its key to sign: where it says what its key is for, digitalSignature has to be there.
 *
 * @param der one certificate
 * @see RFC 8446 §4.4.2.2
 */
export function maySign(der: Uint8Array): boolean {
  const [certificate] = readDer(new Reader(der));
  const wrapped = certificate?.children[0]?.children.find(({ tagClass, tag }) => tagClass === 'context' && tag === 3);
  const usage = wrapped?.children[0]?.children.find(
    ({ children: [oid] }) => isA(oid, 6) && oidText(contentOf(oid, der)) === OID.keyUsage,
  );
  if (!usage) return true;
  const value = usage.children.at(-1);
  const held = isA(value, 4) ? contentOf(value, der) : new Uint8Array();
  const [bits] = readDer(new Reader(held));
  const [, first = 0] = isA(bits, 3) ? contentOf(bits, held) : [];
  return (first & DIGITAL_SIGNATURE) !== 0;
}
