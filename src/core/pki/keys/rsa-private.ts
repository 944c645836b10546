/** Private RSA keys, and the signatures they make. */
import { OID } from '../../asn1/oids.ts';
import { bitString, NULL, oid, sequence } from '../../asn1/write.ts';
import { hasRoomForPss, pssSignature, rsaKeyOf, rsaSignature, type PssHash } from './forge.ts';
import { buildPrivateKeyInfo } from './pkcs8.ts';
import type { HandshakeSigner, PrivateKey } from './private-key.ts';
import { publicKeyFromDer } from './public-key.ts';
import { buildRsaNumbers, buildRsaPublic, readRsaNumbers, type RsaNumbers } from './rsa-numbers.ts';

/** RSA-PSS with an rsaEncryption key, by the code points of RFC 8446 §4.2.3; best liked first. */
const PSS: ReadonlyMap<number, PssHash> = new Map([
  [0x0804, 'sha256'],
  [0x0805, 'sha384'],
  [0x0806, 'sha512'],
]);

const ALGORITHM = sequence(oid(OID.rsaEncryption), NULL);

/** A key from its RSAPrivateKey; damaged bytes, and numbers that do not fit each other, throw `Malformed`. */
export const rsaPrivateKey = (der: Uint8Array): PrivateKey => keyOfNumbers(readRsaNumbers(der));

/** @param numbers that belong together */
export function keyOfNumbers(numbers: RsaNumbers): PrivateKey {
  const key = rsaKeyOf(numbers);
  const schemes = [...PSS].filter(([, hash]) => hasRoomForPss(key, hash));
  return {
    publicKey: publicKeyFromDer(sequence(ALGORITHM, bitString(buildRsaPublic(numbers)))),
    pkcs8: buildPrivateKeyInfo(ALGORITHM, buildRsaNumbers(numbers)),
    algorithm: sequence(oid(OID.sha256WithRSAEncryption), NULL),
    sign: (message) => rsaSignature(key, message),
    handshake: new Map<number, HandshakeSigner>(
      schemes.map(([scheme, hash]) => [scheme, (content) => pssSignature(key, hash, content)]),
    ),
  };
}
