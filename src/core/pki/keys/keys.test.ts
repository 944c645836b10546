// Keys of every kind, and what they sign, shown to the openssl program; and keys that openssl makes, read here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import { fromPem, toPem } from '../../bytes/pem.ts';
import type { Result } from '../../bytes/result.ts';
import * as pki from '../pki.ts';
import type { KeyPairPem } from './generate.ts';
import { KEY_KINDS, type KeyKind } from './key-kind.ts';

const NOW = Date.now();
const made = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.why}`);
  return result.value;
};

let keys: ReadonlyMap<KeyKind, KeyPairPem>;
const pairOf = (kind: KeyKind): KeyPairPem => keys.get(kind) ?? { publicKey: '', privateKey: '' };
let openssl: Openssl;

beforeAll(async () => {
  openssl = new Openssl();
  keys = new Map(await Promise.all(KEY_KINDS.map(async (kind) => [kind, await pki.generateKey({ kind })] as const)));
});
afterAll(() => openssl.close());

describe.each(KEY_KINDS)('%s', (kind) => {
  test('a message signed with the private half is checked with the public one', () => {
    const { privateKey, publicKey } = pairOf(kind);
    const signature = made(pki.signMessage(privateKey, 'order 1 tea'));
    expect(pki.messageHolds({ publicKey, message: 'order 1 tea', signature })).toMatchObject({ holds: true });
    expect(pki.messageHolds({ publicKey, message: 'order 9 tea', signature })).toMatchObject({ holds: false });
    expect(made(pki.publicKeyOf(privateKey))).toBe(publicKey);
  });

  test.skipIf(!hasProgram('openssl'))('openssl takes the key, and the chain, request and list that it signs', () => {
    const { privateKey, publicKey } = pairOf(kind);
    openssl.write('own.key', privateKey);
    expect(openssl.must('pkey -in own.key -check -noout')).toContain('valid');
    expect(openssl.must('pkey -in own.key -pubout')).toBe(publicKey);
    expect(openssl.must('pkey -in own.key')).toBe(privateKey); // byte for byte what openssl writes itself
    const root = made(pki.createAuthority({ privateKey, subject: 'CN=Root', now: NOW }));
    const issuer = { certificate: root, privateKey };
    openssl.write('root.crt', root);
    openssl.write('list.pem', made(pki.createCrl({ issuer, now: NOW, number: 1, revoked: [] })));
    expect(openssl.must('crl -in list.pem -CAfile root.crt -noout')).toContain('verify OK');
    // RSA in large takes its time, and signs as it does in small.
    const leaves = kind === 'rsa-3072' || kind === 'rsa-4096' ? [...keys].slice(-1) : keys;
    for (const [other, pair] of leaves) {
      const request = made(pki.createRequest({ privateKey: pair.privateKey, subject: `CN=${other}` }));
      openssl.write('leaf.csr', request);
      expect(openssl.must('req -in leaf.csr -verify -noout')).toContain('verify OK');
      const leaf = made(pki.issueCertificate({ request, issuer, for: 'server', names: ['localhost'], now: NOW }));
      openssl.write('leaf.crt', leaf);
      const verify = 'verify -x509_strict -crl_check_all -purpose sslserver -verify_hostname localhost';
      expect(openssl.must(`${verify} -CAfile root.crt -CRLfile list.pem leaf.crt`)).toContain('leaf.crt: OK');
      expect(pki.signedBy(leaf, root)).toMatchObject({ holds: true });
    }
  });

  test.skipIf(!hasProgram('openssl'))('what it signs in a handshake openssl would accept', async () => {
    const { privateKey, publicKey } = pairOf(kind);
    openssl.write('own.pub', publicKey);
    openssl.write('content', 'sixty-four spaces and so on');
    const content = new TextEncoder().encode('sixty-four spaces and so on');
    const schemes = made(pki.handshakeSchemes(privateKey));
    expect(schemes).toEqual(SCHEMES[kind].map(([scheme]) => scheme));
    for (const [scheme, check] of SCHEMES[kind]) {
      openssl.write('signature', made(await pki.signHandshake({ privateKey, scheme, content })));
      expect(openssl.must(`${check} -inkey own.pub -pubin -in content -sigfile signature`)).toContain('Verified');
    }
  });
});

const verifying = (hash: string) => `pkeyutl -verify -rawin -digest ${hash}`;
const pss = (hash: string, bytes: number) =>
  `${verifying(hash)} -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:${bytes} -pkeyopt rsa_mgf1_md:${hash}`;
const RSA = [
  [0x0804, pss('sha256', 32)],
  [0x0805, pss('sha384', 48)],
  [0x0806, pss('sha512', 64)],
] as const;
/** the signatures of TLS 1.3 that a key can make, and how openssl checks them */
const SCHEMES: Readonly<Record<KeyKind, readonly (readonly [number, string])[]>> = {
  'rsa-2048': RSA,
  'rsa-3072': RSA,
  'rsa-4096': RSA,
  p256: [[0x0403, verifying('sha256')]],
  p384: [[0x0503, verifying('sha384')]],
  ed25519: [[0x0807, 'pkeyutl -verify -rawin']],
};

describe.skipIf(!hasProgram('openssl'))('keys of openssl', () => {
  test.each([
    ['RSA, PKCS#8', 'genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out their.key'],
    ['RSA, PKCS#1', 'genrsa -traditional -out their.key 2048'],
    ['P-256, PKCS#8', 'genpkey -algorithm ec -pkeyopt group:P-256 -out their.key'],
    ['P-384, PKCS#8', 'genpkey -algorithm ec -pkeyopt group:P-384 -out their.key'],
    ['P-521, PKCS#8', 'genpkey -algorithm ec -pkeyopt group:P-521 -out their.key'],
    ['P-256, SEC 1 behind its parameters', 'ecparam -name prime256v1 -genkey -out their.key'],
    ['P-384, SEC 1', 'ecparam -name secp384r1 -genkey -noout -out their.key'],
    ['Ed25519', 'genpkey -algorithm ed25519 -out their.key'],
  ])('%s: read, with the same public half, and it signs', (_, make) => {
    openssl.must(make);
    const key = openssl.read('their.key');
    openssl.write('their.pub', made(pki.publicKeyOf(key)));
    expect(openssl.must('pkey -in their.key -pubout')).toBe(openssl.read('their.pub'));
    openssl.write('their.csr', made(pki.createRequest({ privateKey: key, subject: 'CN=theirs' })));
    expect(openssl.must('req -in their.csr -verify -noout')).toContain('verify OK');
  });

  test('an EC key without its public half, and one with leading zeros left out, is the same key', () => {
    openssl.must('ecparam -name prime256v1 -genkey -noout -out their.key');
    openssl.must('ec -in their.key -no_public -out bare.key');
    const key = openssl.read('their.key');
    expect(made(pki.publicKeyOf(openssl.read('bare.key')))).toBe(made(pki.publicKeyOf(key)));
  });
});

describe('a private key whose parts do not fit', () => {
  const changed = (pem: string, change: (der: Uint8Array) => void): string => {
    const [block] = made(fromPem(pem));
    const der = Uint8Array.from(block?.der ?? []);
    change(der);
    return toPem(block?.label ?? '', der);
  };
  test.each(KEY_KINDS.filter((kind) => kind !== 'ed25519'))('%s: is refused, whichever number is changed', (kind) => {
    const { privateKey } = pairOf(kind);
    const { length } = made(fromPem(privateKey))[0]?.der ?? [];
    for (let at = 60; at < (length ?? 0); at += Math.ceil((length ?? 0) / 40)) {
      const read = pki.publicKeyOf(changed(privateKey, (der) => (der[at] = (der[at] ?? 0) ^ 4)));
      expect(read.ok ? `byte ${at} was not missed` : read.error.why).toMatch(
        /^This private key is damaged\. |of the kind/,
      );
    }
  });
});
