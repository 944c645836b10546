/** What a private key does in a TLS 1.3 handshake: which signatures it can make there, and making one. */
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import type { PssHash } from './keys/forge.ts';
import { readPrivateKey, type KeyError } from './keys/private-key.ts';

/** RSA-PSS with an rsaEncryption key, by the code points of RFC 8446 §4.2.3; best liked first. */
const SCHEMES: ReadonlyMap<number, PssHash> = new Map([
  [0x0804, 'sha256'],
  [0x0805, 'sha384'],
  [0x0806, 'sha512'],
]);

/** The code points of the signatures that a key can make, best liked first. */
export function handshakeSchemes(privateKey: string): Result<readonly number[], KeyError> {
  const key = readPrivateKey(privateKey);
  if (!key.ok) return key;
  return done([...SCHEMES].flatMap(([scheme, hash]) => (key.value.canSignPss(hash) ? [scheme] : [])));
}

/**
 * Signs what a CertificateVerify covers, RFC 8446 §4.4.3.
 *
 * @param options `scheme`: code point of a SignatureScheme; `content`: the bytes that are signed, not their hash
 * @returns the signature; `noScheme` when this key cannot make it
 */
export function signHandshake(options: {
  readonly privateKey: string;
  readonly scheme: number;
  readonly content: Uint8Array;
}): Result<Uint8Array, KeyError | Refusal<'noScheme'>> {
  const key = readPrivateKey(options.privateKey);
  if (!key.ok) return key;
  const hash = SCHEMES.get(options.scheme);
  if (hash === undefined || !key.value.canSignPss(hash))
    return refused('noScheme', 'This key cannot make such a signature.');
  return done(key.value.signPss(hash, options.content));
}
