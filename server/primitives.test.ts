import { createCipheriv, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PublicKey } from '../src/core/asn1/certificate.ts';
import { isA, readDer } from '../src/core/asn1/der.ts';
import { oidText } from '../src/core/asn1/oid.ts';
import { contentOf } from '../src/core/asn1/value.ts';
import { Reader } from '../src/core/bytes/reader.ts';
import { SESSIONS } from '../src/core/capture/fixtures/build.ts';
import type { HashName, SignatureScheme } from '../src/core/primitives/primitives.ts';
import { PURE } from '../src/core/primitives/pure.ts';
import { dissect } from '../src/core/tls/dissect.ts';
import { NATIVE } from './primitives.ts';

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

describe.each(SESSIONS)('the session $name', ({ chunks, keyLog }) => {
  test('is dissected alike', () => {
    expect(dissect(chunks, keyLog, NATIVE)).toEqual(dissect(chunks, keyLog));
  });

  test('is dissected alike with any record damaged', () => {
    for (const [index, { bytes }] of chunks.entries()) {
      const damaged = chunks.with(index, { ...chunks[index]!, bytes: flipped(bytes, bytes.length - 1) });
      expect(dissect(damaged, keyLog, NATIVE)).toEqual(dissect(damaged, keyLog));
    }
  });
});

test.each(Object.keys(NATIVE.hashes) as HashName[])('%s gives the same hash and MAC', (name) => {
  const [native, pure] = [NATIVE.hashes[name], PURE.hashes[name]];
  expect(native.bytes).toBe(pure.bytes);
  for (const length of [0, 1, 55, 64, 111, 128, 1000]) {
    const content = Uint8Array.from(randomBytes(length));
    expect(native.digest(content)).toEqual(pure.digest(content));
    expect(native.hmac(content, content)).toEqual(pure.hmac(content, content));
    const [one, other] = [native.begin(), pure.begin()];
    for (const part of [content, content]) {
      one.update(part);
      other.update(part);
      expect(one.soFar()).toEqual(other.soFar());
    }
  }
});

describe.each([
  ['gcm', 'aes-128-gcm', 16, 16],
  ['gcm', 'aes-256-gcm', 32, 16],
  ['chacha20', 'chacha20-poly1305', 32, 16],
  ['ccm', 'aes-128-ccm', 16, 16],
  ['ccm8', 'aes-256-ccm', 32, 8],
] as const)('what %s has sealed', (cipher, name, keyBytes, tagBytes) => {
  const [key, nonce, additional] = [randomBytes(keyBytes), randomBytes(12), randomBytes(5)];
  const content = Uint8Array.from(randomBytes(100));
  const sealer = createCipheriv(name as 'aes-128-ccm', key, nonce, { authTagLength: tagBytes });
  sealer.setAAD(additional, { plaintextLength: content.length });
  const ciphertext = sealer.update(content);
  sealer.final();
  const sealed = Uint8Array.from(Buffer.concat([ciphertext, sealer.getAuthTag()]));

  test('opens', () => {
    expect(NATIVE.open(cipher, key, nonce, additional, sealed)).toEqual(content);
    expect(PURE.open(cipher, key, nonce, additional, sealed)).toEqual(content);
  });

  test('stays closed where a bit or the tag is missing', () => {
    const wrong = [flipped(sealed, 0), flipped(sealed, sealed.length - 1), sealed.subarray(1), sealed.subarray(0, 7)];
    for (const bytes of wrong) expect(NATIVE.open(cipher, key, nonce, additional, bytes)).toBe(null);
  });
});

const KEYS = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  koblitz: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  ed25519: generateKeyPairSync('ed25519'),
};
const CONTENT = Uint8Array.from(randomBytes(130));

function publicKeyOf(key: KeyObject): PublicKey {
  const spki = Uint8Array.from(key.export({ type: 'spki', format: 'der' }));
  const [info] = readDer(new Reader(spki));
  const [algorithm, bits] = info!.children;
  const [oid, parameters] = algorithm!.children;
  return {
    algorithm: oidText(contentOf(oid!, spki)) ?? '',
    curve: isA(parameters, 6) ? oidText(contentOf(parameters, spki)) : null,
    spki,
    key: contentOf(bits!, spki).subarray(1),
  };
}

describe.each([
  [{ kind: 'pkcs1', hash: 'SHA256' }, 'rsa', 'sha256', {}],
  [{ kind: 'pkcs1', hash: 'SHA' }, 'rsa', 'sha1', {}],
  [{ kind: 'pss', hash: 'SHA384' }, 'rsa', 'sha384', { padding: 6, saltLength: 48 }],
  [{ kind: 'ecdsa', hash: 'SHA256' }, 'p256', 'sha256', {}],
  [{ kind: 'ecdsa', hash: 'SHA384' }, 'p384', 'sha384', {}],
  [{ kind: 'ecdsa', hash: 'SHA512' }, 'p521', 'sha512', {}],
  [{ kind: 'ecdsa', hash: 'SHA256' }, 'koblitz', 'sha256', {}],
  [{ kind: 'ed25519' }, 'ed25519', null, {}],
] as const satisfies readonly (readonly [SignatureScheme, keyof typeof KEYS, string | null, object])[])(
  'a signature %j of a key %s',
  (scheme, name, hash, options) => {
    const { publicKey, privateKey } = KEYS[name];
    const signature = Uint8Array.from(sign(hash, CONTENT, { key: privateKey, ...options }));
    const key = publicKeyOf(publicKey);

    test('fits, unless nobody here computes on its curve', () => {
      const holds = name === 'koblitz' ? null : true;
      expect(NATIVE.verify(scheme, key, CONTENT, signature)).toBe(holds);
      expect(PURE.verify(scheme, key, CONTENT, signature)).toBe(holds);
    });

    test('fits no other content and no other key', () => {
      const holds = name === 'koblitz' ? null : false;
      expect(NATIVE.verify(scheme, key, flipped(CONTENT, 0), signature)).toBe(holds);
      for (const other of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
        if (other === name) continue;
        const foreign = publicKeyOf(KEYS[other].publicKey);
        const answer = NATIVE.verify(scheme, foreign, CONTENT, signature);
        expect(answer).not.toBe(true);
        expect(answer).toBe(PURE.verify(scheme, foreign, CONTENT, signature));
      }
    });
  },
);

test('a salt of another length does not fit', () => {
  const { publicKey, privateKey } = KEYS.rsa;
  const signature = Uint8Array.from(sign('sha256', CONTENT, { key: privateKey, padding: 6, saltLength: 20 }));
  expect(NATIVE.verify({ kind: 'pss', hash: 'SHA256' }, publicKeyOf(publicKey), CONTENT, signature)).toBe(false);
});
