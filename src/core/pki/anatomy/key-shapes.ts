/** Private keys in their several forms: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC 1 (RFC 5915), and under a passphrase. */
import { OID } from '../../asn1/oids.ts';
import { ALGORITHM, CONTEXT, named, type Shape } from '../../asn1/shape.ts';
import { TAG } from '../../asn1/tag.ts';

const SECRET = 'Secret: whoever has it can sign as its owner.';

/** RFC 8017 appendix A.1.2 */
export const RSA_PRIVATE_KEY: Shape = named('RSAPrivateKey', 'An RSA key with its secret numbers.', {
  source: 'RFC 8017 §A.1.2',
  fields: [
    named('version', '0 for two primes.', { tag: 0x02 }),
    named('modulus', 'n, the product of the two primes; public.'),
    named('publicExponent', 'e, nearly always 65537; public.'),
    named('privateExponent', `d, which undoes e. ${SECRET}`),
    named('prime1', `p, the first prime. ${SECRET}`),
    named('prime2', `q, the second prime. ${SECRET}`),
    named('exponent1', 'd mod (p - 1): it makes signing faster. Secret.'),
    named('exponent2', 'd mod (q - 1): it makes signing faster. Secret.'),
    named('coefficient', '1/q mod p: it makes signing faster. Secret.'),
    named('otherPrimeInfos', 'More primes, which hardly anybody uses.', { isOptional: true }),
  ],
});

/** RFC 5915 section 3 */
export const EC_PRIVATE_KEY: Shape = named('ECPrivateKey', 'A key on an elliptic curve with its secret number.', {
  source: 'RFC 5915 §3',
  fields: [
    named('version', 'Always 1.', { tag: 0x02 }),
    named('privateKey', `The secret number, as bytes. ${SECRET}`, { tag: 0x04 }),
    named('parameters', 'Which curve.', {
      tag: CONTEXT,
      isOptional: true,
      fields: [named('namedCurve', 'The curve, by its worldwide number.')],
    }),
    named('publicKey', 'The point that belongs to it; public.', {
      tag: CONTEXT + 1,
      isOptional: true,
      fields: [named('point', 'Both coordinates, as bytes.')],
    }),
  ],
});

/** RFC 8410 section 7 */
const RAW_PRIVATE_KEY = named('CurvePrivateKey', `The secret bytes. ${SECRET}`, { source: 'RFC 8410 §7' });

const RAW: ReadonlySet<string> = new Set([OID['id-Ed25519'], OID['id-Ed448'], OID['id-X25519'], OID['id-X448']]);
/** Curves are registered here: ANSI X9.62, SECG, Brainpool. */
const CURVES = ['1.2.840.10045.', '1.3.132.0.', '1.3.36.3.3.2.8.1.1.'];

function heldKey(oid: string): Shape | undefined {
  if (oid === OID.rsaEncryption || oid === OID['rsassa-pss']) return RSA_PRIVATE_KEY;
  if (RAW.has(oid)) return RAW_PRIVATE_KEY;
  return CURVES.some((root) => oid.startsWith(root)) ? EC_PRIVATE_KEY : undefined;
}

/** Attributes of keys and of bags in a PKCS#12 file (RFC 2985). */
export const ATTRIBUTES: Omit<Shape, 'name' | 'says'> = {
  each: named('Attribute', 'One remark.', {
    fields: [
      named('type', 'What it is about.', { tag: TAG.oid }),
      named('values', 'What it says.', { each: named('value', 'One value.') }),
    ],
  }),
};

/** RFC 5958 section 2 */
export const PRIVATE_KEY: Shape = named('OneAsymmetricKey', 'A private key, and of which kind it is (PKCS#8).', {
  source: 'RFC 5958 §2',
  fields: [
    named('version', '0, or 1 where the public key stands here, too.', { tag: 0x02 }),
    ALGORITHM('privateKeyAlgorithm', 'What kind of key.'),
    named('privateKey', `The key itself, packed as bytes. ${SECRET}`, { tag: 0x04, holds: heldKey }),
    named('attributes', 'Remarks.', { tag: CONTEXT, isOptional: true, ...ATTRIBUTES }),
    named('publicKey', 'The public key that belongs to it.', { tag: CONTEXT + 1, isOptional: true }),
  ],
});

const KDF_PARAMETERS: Readonly<Record<string, Shape>> = {
  '1.2.840.113549.1.5.12': named('parameters', 'How the passphrase becomes a key.', {
    source: 'RFC 8018 §A.2',
    fields: [
      named('salt', 'Random bytes, so that equal passphrases give different keys.'),
      named('iterationCount', 'How often the hash is repeated: what makes guessing slow.', { tag: 0x02 }),
      named('keyLength', 'Bytes of the key.', { tag: 0x02, isOptional: true }),
      { ...ALGORITHM('prf', 'Which hash is repeated.'), isOptional: true },
    ],
  }),
  '1.3.6.1.4.1.11591.4.11': named('parameters', 'How the passphrase becomes a key.', {
    source: 'RFC 7914 §7',
    fields: [
      named('salt', 'Random bytes, so that equal passphrases give different keys.'),
      named('costParameter', 'N: how much memory and work guessing takes.'),
      named('blockSize', 'r: size of a block.'),
      named('parallelizationParameter', 'p: how many run side by side.'),
      named('keyLength', 'Bytes of the key.', { isOptional: true }),
    ],
  }),
};

const CIPHER_PARAMETERS: Readonly<Record<string, Shape>> = {
  '1.2.840.113549.1.5.13': named('parameters', 'Two steps: from passphrase to key, and the cipher.', {
    source: 'RFC 8018 §A.4',
    fields: [
      withParameters('keyDerivationFunc', 'From passphrase to key.', KDF_PARAMETERS),
      withParameters(
        'encryptionScheme',
        'The cipher.',
        {},
        named('parameters', 'The initialisation vector, or the like.'),
      ),
    ],
  }),
};

const OLD_PARAMETERS = named('parameters', 'Salt and repetitions.', {
  source: 'RFC 7292 §C',
  fields: [
    named('salt', 'Random bytes, so that equal passphrases give different keys.'),
    named('iterations', 'How often the hash is repeated: what makes guessing slow.'),
  ],
});
/** pkcs-12PbeIds and those of PKCS#5 version 1. */
const OLD = ['1.2.840.113549.1.12.1.', '1.2.840.113549.1.5.'];

function withParameters(
  name: string,
  says: string,
  table: Readonly<Record<string, Shape>>,
  usual = named('parameters', 'Settings of the algorithm.'),
): Shape {
  return named(name, says, {
    fields: [
      named('algorithm', 'Which algorithm, by its worldwide number.', { tag: TAG.oid }),
      { ...usual, isOptional: true, by: (oid) => table[oid] },
    ],
  });
}

/** How something was encrypted under a passphrase. */
export const ENCRYPTION = (name: string): Shape =>
  named(name, 'How it was encrypted.', {
    fields: [
      named('algorithm', 'Which algorithm, by its worldwide number.', { tag: TAG.oid }),
      named('parameters', 'Settings of the algorithm.', {
        isOptional: true,
        by: (oid) => CIPHER_PARAMETERS[oid] ?? (OLD.some((root) => oid.startsWith(root)) ? OLD_PARAMETERS : undefined),
      }),
    ],
  });

/** RFC 5958 section 3 */
export const ENCRYPTED_PRIVATE_KEY: Shape = named('EncryptedPrivateKeyInfo', 'A private key under a passphrase.', {
  source: 'RFC 5958 §3',
  fields: [
    ENCRYPTION('encryptionAlgorithm'),
    named('encryptedData', 'The key, unreadable without the passphrase.', { tag: 0x04 }),
  ],
});
