/** Private keys: read from PEM, and used to sign. They stay inside this folder. */
import { OID, oidName } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { blockKind, fromPem, type PemBlock } from '../../bytes/pem.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { reading } from '../der/read.ts';
import { oidText } from '../der/values.ts';
import { ecPrivateKey, edwardsPrivateKey } from './curve-private.ts';
import { readPrivateKeyInfo } from './pkcs8.ts';
import type { PublicKey } from './public-key.ts';
import { rsaPrivateKey } from './rsa-private.ts';

export type KeyError = Refusal<'notPem' | 'notAKey' | 'encrypted' | 'otherKind' | 'damaged'>;

/** Signs the bytes of a CertificateVerify, not their hash. */
export type HandshakeSigner = (content: Uint8Array) => Uint8Array;

export interface PrivateKey {
  readonly publicKey: PublicKey;
  /** PrivateKeyInfo, DER */
  readonly pkcs8: Uint8Array;
  /** of the signatures that `sign` makes: AlgorithmIdentifier, DER */
  readonly algorithm: Uint8Array;
  /** Signs certificates, requests, lists and messages; hashes by itself. */
  sign(message: Uint8Array): Uint8Array;
  /** by code point of RFC 8446 section 4.2.3, best liked first */
  readonly handshake: ReadonlyMap<number, HandshakeSigner>;
}

/** A private key from PEM: PKCS#8, or the older forms for RSA (PKCS#1) and curves (SEC 1). */
export function readPrivateKey(pem: string): Result<PrivateKey, KeyError> {
  const block = keyBlock(pem);
  if (!block.ok) return block;
  if (blockKind(block.value) === 'encrypted key') {
    return refused('encrypted', 'This private key is encrypted with a passphrase. Decrypt it first.');
  }
  return privateKeyOf(block.value.label, block.value.der);
}

/** The first private key of a text, encrypted or not. */
export function keyBlock(pem: string): Result<PemBlock, Refusal<'notPem' | 'notAKey'>> {
  const blocks = fromPem(pem);
  if (!blocks.ok) return refused('notPem', blocks.error.why);
  const block = blocks.value.find((one) => blockKind(one).endsWith('key') && !one.label.includes('PUBLIC'));
  if (block) return done(block);
  const [first] = blocks.value;
  return refused('notAKey', `A private key is needed, and this is: ${first ? blockKind(first) : 'not PEM'}.`);
}

/** @param label of the PEM block, which tells the older forms apart; anything else is PKCS#8 */
export function privateKeyOf(label: string, der: Uint8Array): Result<PrivateKey, Refusal<'otherKind' | 'damaged'>> {
  const key = reading(() => keyOf(label, der));
  if (!key.ok) return refused('damaged', `This private key is damaged. ${key.error.why}`);
  if (!('otherKind' in key.value)) return done(key.value);
  const { otherKind } = key.value;
  return refused('otherKind', `Nobody here can sign with a private key of the kind ${otherKind}.`);
}

type Read = PrivateKey | { readonly otherKind: string };

function keyOf(label: string, der: Uint8Array): Read {
  if (label === 'RSA PRIVATE KEY') return rsaPrivateKey(der);
  if (label === 'EC PRIVATE KEY') return ecPrivateKey(der, null) ?? { otherKind: 'EC, on another curve' };
  const { algorithm, key } = readPrivateKeyInfo(der);
  const { oid, parameters } = algorithm;
  if (oid === OID.rsaEncryption) return rsaPrivateKey(key);
  if (oid === OID['id-Ed25519']) return edwardsPrivateKey(key);
  if (oid !== OID['id-ecPublicKey']) return { otherKind: oidName(oid).replace('id-', '') };
  const curve = parameters?.tag === TAG.oid ? oidName(oidText(parameters)) : 'a curve of its own';
  return ecPrivateKey(key, parameters) ?? { otherKind: `EC ${curve}` };
}
