/**
 * RSA by the platform's own code, WebCrypto: tens of times as fast as in JavaScript. It is missing from pages on plain
 * http, as in a classroom; whoever asks has another way then.
 */
import { toPem } from '../../bytes/pem.ts';
import type { KeyPairPem } from './generate.ts';

/** The part of WebCrypto that is needed; its own types belong to the DOM. */
interface Subtle {
  generateKey(
    algorithm: object,
    extractable: true,
    usages: readonly string[],
  ): Promise<{ readonly publicKey: object; readonly privateKey: object }>;
  exportKey(format: 'spki' | 'pkcs8', key: object): Promise<ArrayBuffer>;
  importKey(
    format: 'pkcs8',
    key: Uint8Array,
    algorithm: object,
    extractable: false,
    usages: readonly string[],
  ): Promise<object>;
  sign(algorithm: object, key: object, message: Uint8Array): Promise<ArrayBuffer>;
}

const subtle = (): Subtle | null => (globalThis as { crypto?: { subtle?: Subtle } }).crypto?.subtle ?? null;

/** @returns null where there is no native code */
export async function nativeRsaKey(bits: number): Promise<KeyPairPem | null> {
  const native = subtle();
  if (native === null) return null;
  const algorithm = {
    ...{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, // what it says of the hash does not become part of the key
    ...{ modulusLength: bits, publicExponent: Uint8Array.of(1, 0, 1) },
  };
  const pair = await native.generateKey(algorithm, true, ['sign', 'verify']);
  const [spki, pkcs8] = await Promise.all([
    native.exportKey('spki', pair.publicKey),
    native.exportKey('pkcs8', pair.privateKey),
  ]);
  return {
    publicKey: toPem('PUBLIC KEY', new Uint8Array(spki)),
    privateKey: toPem('PRIVATE KEY', new Uint8Array(pkcs8)),
  };
}

/** RSASSA-PSS with MGF1 over the same hash and a salt as long as the hash, by code point (RFC 8446 §4.2.3). */
const PSS: ReadonlyMap<number, { readonly hash: string; readonly saltLength: number }> = new Map([
  [0x0804, { hash: 'SHA-256', saltLength: 32 }],
  [0x0805, { hash: 'SHA-384', saltLength: 48 }],
  [0x0806, { hash: 'SHA-512', saltLength: 64 }],
]);

/**
 * @param pkcs8 PrivateKeyInfo of an RSA key, DER
 * @returns null where there is no native code, or it does not take the key
 */
export async function nativePssSignature(
  pkcs8: Uint8Array,
  scheme: number,
  content: Uint8Array,
): Promise<Uint8Array | null> {
  const native = subtle();
  const pss = PSS.get(scheme);
  if (native === null || pss === undefined) return null;
  try {
    const algorithm = { name: 'RSA-PSS', ...pss };
    const key = await native.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
    return new Uint8Array(await native.sign(algorithm, key, content));
  } catch {
    return null; // a key of an unusual size, for instance
  }
}
