/** Private keys on curves: ECPrivateKey (RFC 5915), and Ed25519's seed (RFC 8410 section 7). */
import { ed25519 } from '@noble/curves/ed25519.js';
import { OID } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { bitString, explicit, integer, octetString, oid, sequence } from '../../asn1/write.ts';
import { concat, sameBytes } from '../../bytes/reader.ts';
import { Malformed, onlyElement, type Element } from '../der/read.ts';
import { bitStringBytes, oidText, smallInteger } from '../der/values.ts';
import { curveByOid, type Curve } from './curves.ts';
import { buildPrivateKeyInfo } from './pkcs8.ts';
import type { PrivateKey } from './private-key.ts';
import { publicKeyFromDer } from './public-key.ts';

/** code point of RFC 8446 section 4.2.3 */
const ED25519_SCHEME = 0x0807;

/**
 * A key from its ECPrivateKey.
 *
 * @param parameters element that names the curve beside it, as PKCS#8 has it; null where only the key itself can
 * @returns null for a curve that we do not compute on; damage throws `Malformed`
 */
export function ecPrivateKey(der: Uint8Array, parameters: Element | null): PrivateKey | null {
  const reader = onlyElement(der, 'an EC key', TAG.sequence).inside();
  const version = smallInteger(reader.read('the version', TAG.integer), 'The version');
  if (version !== 1) throw new Malformed('An EC key has version 1.');
  const secret = reader.read('the secret number', TAG.octetString).body;
  const own = reader.optional('the curve', context(0, 'constructed'));
  const named = own ? own.inside().read('the curve') : parameters;
  if (named === null) throw new Malformed('This EC key does not say on which curve it lies.');
  const curve = named.tag === TAG.oid ? curveByOid(oidText(named)) : null;
  if (curve === null) return null;
  if (own && parameters && !sameBytes(named.whole, parameters.whole))
    throw new Malformed('This EC key names two curves.');
  const key = keyOnCurve(curve, ofLength(secret, curve));
  const shown = reader.optional('the public half', context(1, 'constructed'));
  reader.end('An EC key');
  if (shown) proveHalves(curve, shown, key.publicKey.key);
  return key;
}

/** The secret number as long as the curve wants it; some programs drop leading zeros, which RFC 5915 forbids. */
function ofLength(secret: Uint8Array, { group }: Curve): Uint8Array {
  const missing = (group.lengths.secretKey ?? 0) - secret.length;
  if (missing < 0) throw new Malformed('The secret number is longer than its curve.');
  return concat(new Uint8Array(missing), secret);
}

function proveHalves({ group }: Curve, shown: Element, computed: Uint8Array): void {
  const point = bitStringBytes(shown.inside().read('the public half', TAG.bitString), 'The public half');
  const isSame = sameBytes(attempt(() => group.Point.fromBytes(point).toBytes(false)) ?? point, computed);
  if (!isSame) throw new Malformed('The two halves of this EC key do not belong together.');
}

/** @param secret as long as the curve */
export function keyOnCurve(curve: Curve, secret: Uint8Array): PrivateKey {
  const { group, hash, signatureOid, scheme } = curve;
  const point = attempt(() => group.getPublicKey(secret, false));
  if (point === null) throw new Malformed('The secret number of this EC key is not one of its curve.');
  const algorithm = sequence(oid(OID['id-ecPublicKey']), oid(curve.oid));
  const sign = (message: Uint8Array) =>
    group.sign(hash.digest(message), secret, { prehash: false, lowS: false, format: 'der' });
  return {
    publicKey: publicKeyFromDer(sequence(algorithm, bitString(point))),
    pkcs8: buildPrivateKeyInfo(
      algorithm,
      sequence(integer(1), octetString(secret), explicit(1, bitString(point))), // openssl writes it so, too
    ),
    algorithm: sequence(oid(signatureOid)),
    sign,
    handshake: new Map([[scheme, sign]]),
  };
}

/** A key from its CurvePrivateKey, an OCTET STRING of 32 bytes; damage throws `Malformed`. */
export function edwardsPrivateKey(der: Uint8Array): PrivateKey {
  const seed = onlyElement(der, 'an Ed25519 key', TAG.octetString).body;
  if (seed.length !== 32) throw new Malformed(`An Ed25519 key has 32 bytes, and this one has ${seed.length}.`);
  return keyOfSeed(seed);
}

/** @param seed 32 bytes */
export function keyOfSeed(seed: Uint8Array): PrivateKey {
  const algorithm = sequence(oid(OID['id-Ed25519']));
  const sign = (message: Uint8Array) => ed25519.sign(message, seed);
  return {
    publicKey: publicKeyFromDer(sequence(algorithm, bitString(ed25519.getPublicKey(seed)))),
    pkcs8: buildPrivateKeyInfo(algorithm, octetString(seed)),
    algorithm,
    sign,
    handshake: new Map([[ED25519_SCHEME, sign]]),
  };
}

/** noble throws at numbers and points that are none of its curve. */
function attempt<Value>(compute: () => Value): Value | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
