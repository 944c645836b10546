/** Private RSA keys: read from PEM, and used to sign. They stay inside this folder. */
import { OID, oidName } from '../../asn1/oids.ts';
import { TAG } from '../../asn1/tag.ts';
import { blockKind, fromPem } from '../../bytes/pem.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { DerReader, onlyElement, reading } from '../der/read.ts';
import { Reader } from '../../bytes/reader.ts';
import { readAlgorithm, readPublicKey, type PublicKey } from './public-key.ts';
import { hasRoomForPss, pssSignature, rsaKeyFrom, rsaSignature, type PssHash } from './forge.ts';

export type KeyError = Refusal<'notPem' | 'notAKey' | 'encrypted' | 'notRsa' | 'damaged'>;

export interface PrivateKey {
  readonly publicKey: PublicKey;
  /** RSASSA-PKCS1-v1_5 with SHA-256 */
  sign(message: Uint8Array): Uint8Array;
  /** whether the key is large enough for RSASSA-PSS with this hash */
  canSignPss(hash: PssHash): boolean;
  /** RSASSA-PSS with a salt as long as the hash */
  signPss(hash: PssHash, message: Uint8Array): Uint8Array;
}

/** A private RSA key from PEM, PKCS#8 or PKCS#1. */
export function readPrivateKey(pem: string): Result<PrivateKey, KeyError> {
  const blocks = fromPem(pem);
  if (!blocks.ok) return refused('notPem', blocks.error.why);
  const block = blocks.value.find((one) => blockKind(one).endsWith('key') && !one.label.includes('PUBLIC'));
  if (!block) return refused('notAKey', `A private key is needed, and this is: ${kindOfFirst(blocks.value)}.`);
  if (blockKind(block) === 'encrypted key') {
    return refused('encrypted', 'This private key is encrypted with a passphrase. Decrypt it first.');
  }
  const kind = reading(() => algorithmOf(block.label, block.der));
  if (!kind.ok) return refused('damaged', `This private key is damaged. ${kind.error.why}`);
  if (kind.value !== OID.rsaEncryption) {
    return refused('notRsa', `This is a private key of the kind ${oidName(kind.value)}; an RSA key is needed.`);
  }
  return rsaKey(block.label, block.der);
}

function kindOfFirst(blocks: readonly Parameters<typeof blockKind>[0][]): string {
  const first = blocks[0];
  return first ? blockKind(first) : 'not PEM';
}

/** OID of the key's algorithm: PKCS#8 names it inside, the older forms in their label. */
function algorithmOf(label: string, der: Uint8Array): string {
  if (label === 'RSA PRIVATE KEY') return OID.rsaEncryption;
  if (label === 'EC PRIVATE KEY') return OID['id-ecPublicKey'];
  const reader = onlyElement(der, 'a private key', TAG.sequence).inside();
  reader.read('the version', TAG.integer);
  return readAlgorithm(reader, "the key's algorithm").oid;
}

function rsaKey(label: string, der: Uint8Array): Result<PrivateKey, KeyError> {
  try {
    const { key, publicKey } = rsaKeyFrom(label, der);
    return done({
      publicKey: readPublicKey(new DerReader(new Reader(publicKey))),
      sign: (message) => rsaSignature(key, message),
      canSignPss: (hash) => hasRoomForPss(key, hash),
      signPss: (hash, message) => pssSignature(key, hash, message),
    });
  } catch (error) {
    // forge throws plain Errors at damaged keys; its words are for programmers.
    if (error instanceof Error) return refused('damaged', 'This private key is damaged: its numbers cannot be read.');
    throw error;
  }
}
