/** Signing a message with a private key, and checking it with the public one. */
import { fromHex, toHex } from '../bytes/hex.ts';
import { toPem } from '../bytes/pem.ts';
import { Reader } from '../bytes/reader.ts';
import { done, type Refusal, type Result } from '../bytes/result.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { DerReader, reading } from './der/read.ts';
import { publicKeyFrom } from './input.ts';
import { readPrivateKey, type KeyError } from './keys/private-key.ts';
import { keyKind, readAlgorithm } from './keys/public-key.ts';
import { signatureAlgorithm } from './keys/signature-algorithm.ts';
import { checkSignature, type Verdict } from './keys/signature.ts';

/**
 * Signs the UTF-8 bytes of a text, as `openssl dgst -sha256 -sign` does with an RSA key: RSASSA-PKCS1-v1_5, as long as
 * the key's modulus. A key on a curve signs as it signs certificates.
 *
 * @returns signature in lower-case hex
 */
export function signMessage(privateKey: string, text: string): Result<string, KeyError> {
  const key = readPrivateKey(privateKey);
  return key.ok ? done(toHex(key.value.sign(toUtf8(text)))) : key;
}

/** Whether a signature in hex was made over exactly this message with the private key of this public key. */
export function messageHolds(options: {
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
}): Verdict {
  const key = publicKeyFrom(options.publicKey);
  if (!key.ok) return { holds: false, why: key.error.why };
  const signature = fromHex(options.signature);
  if (!signature.ok) return { holds: false, why: `The signature cannot be read. ${signature.error.why}` };
  const message = toUtf8(options.message);
  const known = signatureAlgorithm(key.value);
  if (known === null) return { holds: false, why: `A key of the kind ${keyKind(key.value)} signs no messages here.` };
  const algorithm = readAlgorithm(new DerReader(new Reader(known)), 'the signature algorithm');
  const verdict = reading(() => checkSignature(key.value, algorithm, message, signature.value));
  return verdict.ok ? verdict.value : { holds: false, why: `The public key is damaged. ${verdict.error.why}` };
}

/** The public half of a private key, as PEM. */
export function publicKeyOf(privateKey: string): Result<string, KeyError | Refusal<'damaged'>> {
  const key = readPrivateKey(privateKey);
  return key.ok ? done(toPem('PUBLIC KEY', key.value.publicKey.der)) : key;
}
