import { constants, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { handshakeSchemes, signHandshake } from './pki.ts';

const aKey = (bits: number) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const content = Buffer.from('64 spaces, a context, a zero byte, a hash');

test.each([
  [0x0804, 'sha256'],
  [0x0805, 'sha384'],
  [0x0806, 'sha512'],
])('a signature of scheme %i, with %s and a salt as long as the hash, fits for OpenSSL', async (scheme, hash) => {
  const privateKey = aKey(2048);
  const signed = await signHandshake({ privateKey, scheme, content });
  const key = {
    key: createPublicKey(privateKey),
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  expect(signed.ok && verify(hash, content, key, signed.value)).toBe(true);
  expect(signed.ok && verify(hash, Buffer.from('something else'), key, signed.value)).toBe(false);
});

test('without native code the signature is made all the same', async () => {
  vi.stubGlobal('crypto', {});
  const privateKey = aKey(2048);
  const signed = await signHandshake({ privateKey, scheme: 0x0804, content });
  vi.unstubAllGlobals();
  const key = { key: createPublicKey(privateKey), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  expect(signed.ok && verify('sha256', content, key, signed.value)).toBe(true);
});

test('a key says which signatures it has room for', async () => {
  expect(handshakeSchemes(aKey(2048))).toEqual({ ok: true, value: [0x0804, 0x0805, 0x0806] });
  const short = aKey(1024); // 128 bytes; SHA-512 twice and two more are 130
  expect(handshakeSchemes(short)).toEqual({ ok: true, value: [0x0804, 0x0805] });
  expect(await signHandshake({ privateKey: short, scheme: 0x0806, content })).toMatchObject({
    error: { kind: 'noScheme' },
  });
});

test('what is no key, and a kind of signature that no RSA key makes, are refused in words', async () => {
  expect(await signHandshake({ privateKey: aKey(1024), scheme: 0x0403, content })).toMatchObject({
    error: { kind: 'noScheme' },
  });
  expect(handshakeSchemes('no key')).toMatchObject({ error: { kind: 'notPem' } });
});
