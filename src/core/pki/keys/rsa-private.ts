/** Private RSA keys: RSAPrivateKey (RFC 8017 section A.1.2), and the signatures they make. */
import { OID } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { bitString, element, NULL, oid, sequence } from '../../asn1/write.ts';
import { bitsOf, RSA_BITS } from '../../signature/rsa.ts';
import { Malformed, onlyElement } from '../der/read.ts';
import { bigInteger, integerBytes, smallInteger } from '../der/values.ts';
import { hasRoomForPss, pssSignature, rsaKeyOf, rsaSignature, type PssHash, type RsaNumbers } from './forge.ts';
import { buildPrivateKeyInfo } from './pkcs8.ts';
import type { HandshakeSigner, PrivateKey } from './private-key.ts';
import { publicKeyFromDer } from './public-key.ts';

/** RSA-PSS with an rsaEncryption key, by the code points of RFC 8446 §4.2.3; best liked first. */
const PSS: ReadonlyMap<number, PssHash> = new Map([
  [0x0804, 'sha256'],
  [0x0805, 'sha384'],
  [0x0806, 'sha512'],
]);

const ALGORITHM = sequence(oid(OID.rsaEncryption), NULL);
const NUMBERS = ['n', 'e', 'd', 'p', 'q', 'dP', 'dQ', 'qInv'] as const satisfies readonly (keyof RsaNumbers)[];

/**
 * A key from its RSAPrivateKey.
 *
 * @param der damaged bytes, and numbers that do not fit each other, throw `Malformed`
 */
export function rsaPrivateKey(der: Uint8Array): PrivateKey {
  const { numbers, content } = readNumbers(der);
  const key = rsaKeyOf(numbers);
  const [n, e] = content;
  const publicKey = sequence(ALGORITHM, bitString(sequence(element(TAG.integer, n), element(TAG.integer, e))));
  const schemes = [...PSS].filter(([, hash]) => hasRoomForPss(key, hash));
  return {
    publicKey: publicKeyFromDer(publicKey),
    pkcs8: buildPrivateKeyInfo(ALGORITHM, der),
    algorithm: sequence(oid(OID.sha256WithRSAEncryption), NULL),
    sign: (message) => rsaSignature(key, message),
    handshake: new Map<number, HandshakeSigner>(
      schemes.map(([scheme, hash]) => [scheme, (content) => pssSignature(key, hash, content)]),
    ),
  };
}

function readNumbers(der: Uint8Array) {
  const reader = onlyElement(der, 'an RSA key', TAG.sequence).inside();
  const version = smallInteger(reader.read('the version', TAG.integer), 'The version');
  if (version !== 0) throw new Malformed('An RSA key of more than two primes is not used here.');
  const elements = NUMBERS.map((name) => reader.read(`the number ${name}`, TAG.integer));
  reader.end('An RSA key');
  const [n, e, d, p, q, dP, dQ, qInv] = elements.map((number, at) => {
    const name = `The number ${NUMBERS[at] ?? ''}`;
    if (integerBytes(number, name).length > RSA_BITS / 8 + 1)
      throw new Malformed(`${name} has more than ${RSA_BITS} bits.`);
    return bigInteger(number, name);
  }) as unknown as readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  const numbers = { n, e, d, p, q, dP, dQ, qInv };
  proveNumbers(numbers);
  const [modulus, exponent] = elements;
  return { numbers, content: [modulus?.body ?? der, exponent?.body ?? der] as const };
}

/** A key whose parts do not fit each other signs wrongly, and such a signature can give its primes away. */
function proveNumbers({ n, e, d, p, q, dP, dQ, qInv }: RsaNumbers): void {
  const isWhole = p > 1n && q > 1n && p * q === n && bitsOf(n) >= LEAST_BITS && e > 1n && d < n;
  const isInverse = (product: bigint, modulus: bigint) => product % modulus === 1n;
  const fits =
    isWhole && isInverse(e * dP, p - 1n) && isInverse(e * dQ, q - 1n) && isInverse(qInv * q, p) && d % (p - 1n) === dP;
  if (!fits) throw new Malformed('The numbers of this RSA key do not belong together.');
}

/** Room for a PKCS#1 signature with SHA-256, and little more: an older key is shown and used, if remarked upon. */
const LEAST_BITS = 512;
