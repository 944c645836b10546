/** Private keys under a passphrase: PKCS#8's own form (RFC 5958 section 3), and the older one of PEM (RFC 1421). */
import { TAG } from '../../asn1/tag.ts';
import { octetString, sequence } from '../../asn1/write.ts';
import { fromHex } from '../../bytes/hex.ts';
import { blockKind, toPem, type PemBlock } from '../../bytes/pem.ts';
import { concat } from '../../bytes/reader.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { NOBLE_HASHES } from '../../primitives/hash.ts';
import { onlyElement, reading } from '../der/read.ts';
import {
  CIPHERS,
  decryptPbes2,
  encryptPbes2,
  ITERATIONS,
  opened,
  otherCipher,
  wrongPassphrase,
  type Lock,
  type PassphraseError,
} from './pbes2.ts';
import { keyBlock, privateKeyOf, readPrivateKey, type KeyError } from './private-key.ts';
import { readAlgorithm } from './public-key.ts';

export type UnlockError = KeyError | PassphraseError | Refusal<'noPassphrase'>;

/**
 * A private key encrypted with AES-256-CBC, its key derived with PBKDF2 and HMAC-SHA256.
 *
 * @param options `passphrase`: at least one character; `iterations`: rounds for each guess at it
 * @returns PEM, `ENCRYPTED PRIVATE KEY`
 */
export function lockKey(options: {
  readonly privateKey: string;
  readonly passphrase: string;
  readonly iterations?: number;
}): Result<string, KeyError | Refusal<'noPassphrase'>> {
  const { passphrase, iterations = ITERATIONS } = options;
  if (passphrase === '') return refused('noPassphrase', 'A passphrase has at least one character.');
  const key = readPrivateKey(options.privateKey);
  if (!key.ok) return key;
  return done(toPem('ENCRYPTED PRIVATE KEY', encryptedInfo(key.value.pkcs8, { passphrase, iterations })));
}

/** EncryptedPrivateKeyInfo, DER. */
export function encryptedInfo(pkcs8: Uint8Array, lock: Lock): Uint8Array {
  const { algorithm, ciphertext } = encryptPbes2(pkcs8, lock);
  return sequence(algorithm, octetString(ciphertext));
}

/**
 * The first private key of a text, opened with a passphrase where it needs one.
 *
 * @returns PKCS#8 as PEM, not encrypted
 */
export function unlockKey(options: {
  readonly privateKey: string;
  readonly passphrase: string;
}): Result<string, UnlockError> {
  const block = keyBlock(options.privateKey);
  if (!block.ok) return block;
  if (blockKind(block.value) !== 'encrypted key') {
    const key = readPrivateKey(options.privateKey);
    return key.ok ? done(toPem('PRIVATE KEY', key.value.pkcs8)) : key;
  }
  const { label } = block.value;
  const isOld = label !== 'ENCRYPTED PRIVATE KEY';
  const plain = isOld ? openOld(block.value, options.passphrase) : openInfo(block.value.der, options.passphrase);
  if (!plain.ok) return plain;
  const key = privateKeyOf(isOld ? label : 'PRIVATE KEY', plain.value);
  // A wrong passphrase passes the padding once in 256 times; what comes out then is no key.
  if (!key.ok) return key.error.kind === 'damaged' ? wrongPassphrase() : key;
  return done(toPem('PRIVATE KEY', key.value.pkcs8));
}

/** What lies in an EncryptedPrivateKeyInfo. */
function openInfo(der: Uint8Array, passphrase: string): Result<Uint8Array, PassphraseError> {
  const read = reading(() => {
    const reader = onlyElement(der, 'an encrypted key', TAG.sequence).inside();
    const algorithm = readAlgorithm(reader, 'the encryption');
    const ciphertext = reader.read('the encrypted bytes', TAG.octetString).body;
    reader.end('An encrypted key');
    return { algorithm, ciphertext };
  });
  if (!read.ok) return refused('damaged', `This encrypted key is damaged. ${read.error.why}`);
  return decryptPbes2(read.value.algorithm, read.value.ciphertext, passphrase);
}

/** Headers `DEK-Info: AES-256-CBC,<iv in hex>`; the key is MD5 over passphrase and salt, as openssl has ever done it. */
function openOld({ headers, der }: PemBlock, passphrase: string): Result<Uint8Array, PassphraseError> {
  const header = headers.map((line) => /^DEK-Info:\s*([A-Z0-9-]+),([0-9A-Fa-f]+)$/.exec(line)).find(Boolean);
  const [, name = '', hex = ''] = header ?? [];
  const cipher = OLD_NAMES.get(name);
  const known = cipher === undefined ? undefined : CIPHERS[cipher];
  if (!known) return otherCipher(name === '' ? 'an unnamed cipher' : name);
  const iv = fromHex(hex);
  if (!iv.ok) return refused('damaged', 'The header DEK-Info of this key is damaged.');
  const salt = iv.value.subarray(0, 8);
  let key = new Uint8Array(0);
  for (let last = key; key.length < known.keyBytes; key = concat(key, last))
    last = NOBLE_HASHES.MD5(concat(last, toUtf8(passphrase), salt));
  return opened(known, key.subarray(0, known.keyBytes), iv.value, der);
}

const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['AES-128-CBC', 'aes128-CBC'],
  ['AES-192-CBC', 'aes192-CBC'],
  ['AES-256-CBC', 'aes256-CBC'],
  ['DES-EDE3-CBC', 'des-EDE3-CBC'],
]);
