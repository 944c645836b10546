/** What a private key does in a TLS 1.3 handshake: which signatures it can make there, and making one. RFC 8446 §4.2.3 */
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { nativePssSignature } from './keys/native.ts';
import { readPrivateKey, type KeyError } from './keys/private-key.ts';

/** The code points of the signatures that a key can make, best liked first. */
export function handshakeSchemes(privateKey: string): Result<readonly number[], KeyError> {
  const key = readPrivateKey(privateKey);
  if (!key.ok) return key;
  return done([...key.value.handshake.keys()]);
}

/**
 * Signs what a CertificateVerify covers, RFC 8446 §4.4.3.
 *
 * @param options `scheme`: code point of a SignatureScheme; `content`: the bytes that are signed, not their hash
 * @returns the signature; `noScheme` when this key cannot make it
 */
export async function signHandshake(options: {
  readonly privateKey: string;
  readonly scheme: number;
  readonly content: Uint8Array;
}): Promise<Result<Uint8Array, KeyError | Refusal<'noScheme'>>> {
  const key = readPrivateKey(options.privateKey);
  if (!key.ok) return key;
  const { scheme, content } = options;
  const sign = key.value.handshake.get(scheme);
  if (!sign) return refused('noScheme', 'This key cannot make such a signature.');
  return done((await nativePssSignature(key.value.pkcs8, scheme, content)) ?? sign(content));
}
