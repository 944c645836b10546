// PKCS#12 files and keys under a passphrase, both ways with openssl and Java's keytool.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import type { Result } from '../../bytes/result.ts';
import type { KeyKind } from '../keys/key-kind.ts';
import * as pki from '../pki.ts';

const NOW = Date.now();
const KINDS = ['rsa-2048', 'p256', 'p384', 'ed25519'] as const satisfies readonly KeyKind[];
const made = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.why}`);
  return result.value;
};
const refusal = (result: Result<unknown>): string => (result.ok ? 'none' : result.error.kind);

interface Identity {
  readonly privateKey: string;
  readonly certificates: readonly [string, string];
}
let openssl: Openssl;
let identities: ReadonlyMap<KeyKind, Identity>;
const of = (kind: KeyKind): Identity => identities.get(kind) ?? { privateKey: '', certificates: ['', ''] };

beforeAll(async () => {
  openssl = new Openssl();
  identities = new Map(await Promise.all(KINDS.map(async (kind) => [kind, await anIdentity(kind)] as const)));
});
afterAll(() => openssl.close());

async function anIdentity(kind: KeyKind): Promise<Identity> {
  const [ca, own] = await Promise.all([pki.generateKey({ kind }), pki.generateKey({ kind })]);
  const root = made(pki.createAuthority({ privateKey: ca.privateKey, subject: `CN=Root ${kind}`, now: NOW }));
  const request = made(pki.createRequest({ privateKey: own.privateKey, subject: 'CN=alice' }));
  const issuer = { certificate: root, privateKey: ca.privateKey };
  const leaf = made(pki.issueCertificate({ request, issuer, for: 'client', now: NOW }));
  return { privateKey: own.privateKey, certificates: [leaf, root] };
}

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(openssl.folder, name)));
const keytool = (...args: string[]): string =>
  execFileSync('keytool', ['-J-XX:TieredStopAtLevel=1', '-J-Xshare:auto', ...args], {
    cwd: openssl.folder,
    encoding: 'utf8',
    stdio: 'pipe',
  });

describe('a key on P-256', () => {
  test('in a PKCS#12 file comes back as it went in, and only with its passphrase', () => {
    const { privateKey, certificates } = of('p256');
    const box = made(pki.createPkcs12({ privateKey, certificates, passphrase: 'grüezi 🔑', name: 'Zoë' }));
    expect(made(pki.readPkcs12({ file: box, passphrase: 'grüezi 🔑' }))).toEqual({
      identities: [{ name: 'Zoë', privateKey, certificates }],
      others: [],
    });
    expect(refusal(pki.readPkcs12({ file: box, passphrase: 'gruezi' }))).toBe('wrongPassphrase');
  });

  test('under a passphrase comes back, and only with it', () => {
    const { privateKey } = of('p256');
    const locked = made(pki.lockKey({ privateKey, passphrase: 'pä55' }));
    expect(locked).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(made(pki.unlockKey({ privateKey: locked, passphrase: 'pä55' }))).toBe(privateKey);
    expect(refusal(pki.unlockKey({ privateKey: locked, passphrase: 'pa55' }))).toBe('wrongPassphrase');
    expect(refusal(pki.signMessage(locked, 'x'))).toBe('encrypted');
  });
});

describe.each(KINDS)('%s', (kind) => {
  const iterations = 4096;
  test.skipIf(!hasProgram('openssl'))('openssl 3 opens both, and what it makes of them is read', () => {
    const { privateKey, certificates } = of(kind);
    openssl.write(
      'ours.p12',
      made(pki.createPkcs12({ privateKey, certificates, passphrase: 'pa55', name: 'alice', iterations })),
    );
    const info = openssl.must('pkcs12 -in ours.p12 -passin pass:pa55 -info -nodes');
    expect(info).toContain('MAC: sha256, Iteration 4096');
    expect(info).toContain('PBES2, PBKDF2, AES-256-CBC, Iteration 4096, PRF hmacWithSHA256');
    for (const pem of [privateKey, ...certificates]) expect(info).toContain(pem);

    openssl.write('locked.key', made(pki.lockKey({ privateKey, passphrase: 'pa55', iterations })));
    expect(openssl.must('pkey -in locked.key -passin pass:pa55')).toBe(privateKey);

    openssl.write('plain.key', privateKey);
    openssl.write('leaf.crt', certificates[0]);
    openssl.write('root.crt', certificates[1]);
    const exporting = 'pkcs12 -export -inkey plain.key -in leaf.crt -certfile root.crt -passout pass:pa55';
    openssl.must(`${exporting} -name alice -out theirs.p12`);
    const read = { identities: [{ name: 'alice', privateKey, certificates }], others: [] };
    expect(made(pki.readPkcs12({ file: file('theirs.p12'), passphrase: 'pa55' }))).toEqual(read);
  });

  test.skipIf(!hasProgram('keytool'))('Java takes it, and the keystore that it makes of it is read', () => {
    const { privateKey, certificates } = of(kind);
    openssl.write(
      'ours.p12',
      made(pki.createPkcs12({ privateKey, certificates, passphrase: 'pa55wd', name: 'alice', iterations })),
    );
    const store = `java-${kind}.p12`;
    const from = ['-importkeystore', '-srckeystore', 'ours.p12', '-srcstorepass', 'pa55wd'];
    keytool(...from, '-destkeystore', store, '-deststoretype', 'PKCS12', '-deststorepass', 'secret1');
    expect(made(pki.readPkcs12({ file: file(store), passphrase: 'secret1' }))).toEqual({
      identities: [{ name: 'alice', privateKey, certificates }],
      others: [],
    });
  });
});

describe.skipIf(!hasProgram('openssl'))('other ways to lock', () => {
  test.each([
    ['PBES2, AES-128, SHA-1', 'pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA1'],
    ['PBES2, AES-192, SHA-512', 'pkcs8 -topk8 -v2 aes-192-cbc -v2prf hmacWithSHA512'],
    ['PBES2, triple DES', 'pkcs8 -topk8 -v2 des3'],
    ['scrypt', 'pkcs8 -topk8 -scrypt'],
    ['the old PEM form, AES-256', 'rsa -traditional -aes256'],
    ['the old PEM form, triple DES', 'rsa -traditional -des3'],
  ])('a key of openssl, %s: opened', (_, how) => {
    const { privateKey } = of('rsa-2048');
    openssl.write('plain.key', privateKey);
    openssl.must(`${how} -in plain.key -passout pass:pa55 -out their.key`);
    expect(made(pki.unlockKey({ privateKey: openssl.read('their.key'), passphrase: 'pa55' }))).toBe(privateKey);
    expect(refusal(pki.unlockKey({ privateKey: openssl.read('their.key'), passphrase: 'pa56' }))).toBe(
      'wrongPassphrase',
    );
  });

  test('an old EC key under a passphrase', () => {
    openssl.write('plain.key', of('p256').privateKey);
    openssl.must('ec -in plain.key -aes128 -passout pass:pa55 -out their.key');
    expect(openssl.read('their.key')).toContain('BEGIN EC PRIVATE KEY');
    expect(made(pki.unlockKey({ privateKey: openssl.read('their.key'), passphrase: 'pa55' }))).toBe(
      of('p256').privateKey,
    );
  });

  test.each([
    ['RC2 and triple DES, as Windows does', '-legacy'],
    ['no encryption of the certificates', '-certpbe NONE'],
    ['no integrity check', '-nomac'],
    ['an empty passphrase', '-passout pass:'],
  ])('a PKCS#12 file of openssl with %s: opened', (_, how) => {
    const { privateKey, certificates } = of('rsa-2048');
    openssl.write('plain.key', privateKey);
    openssl.write('leaf.crt', certificates[0]);
    const passphrase = how.includes('passout') ? '' : 'pa55';
    const out = how.includes('passout') ? how : `${how} -passout pass:pa55`;
    openssl.must(`pkcs12 -export -inkey plain.key -in leaf.crt ${out} -out their.p12`);
    expect(made(pki.readPkcs12({ file: file('their.p12'), passphrase })).identities).toEqual([
      { name: null, privateKey, certificates: certificates.slice(0, 1) },
    ]);
    expect(refusal(pki.readPkcs12({ file: file('their.p12'), passphrase: 'pa56' }))).toBe('wrongPassphrase');
  });

  test('what only others can open is named', () => {
    openssl.write('plain.key', of('rsa-2048').privateKey);
    openssl.must('pkcs8 -topk8 -v2 aria-256-cbc -in plain.key -passout pass:pa55 -out their.key');
    const read = pki.unlockKey({ privateKey: openssl.read('their.key'), passphrase: 'pa55' });
    expect(read).toMatchObject({ ok: false, error: { kind: 'otherCipher', why: expect.stringContaining('1.2.410') } });
  });
});

describe('what is refused', () => {
  test('a key with a certificate that is not its own, and an empty passphrase', () => {
    const { privateKey } = of('p256');
    const { certificates } = of('p384');
    expect(refusal(pki.createPkcs12({ privateKey, certificates, passphrase: 'x', iterations: 100_000 }))).toBe(
      'keyMismatch',
    );
    const own = of('p256').certificates;
    expect(refusal(pki.createPkcs12({ privateKey, certificates: own, passphrase: '' }))).toBe('noPassphrase');
    expect(refusal(pki.lockKey({ privateKey, passphrase: '' }))).toBe('noPassphrase');
  });

  test('a file that demands more work than is right', () => {
    const { privateKey, certificates } = of('p256');
    const box = made(pki.createPkcs12({ privateKey, certificates, passphrase: 'x', iterations: 100_000 }));
    const hex = Buffer.from(box).toString('hex').replaceAll('0203 0186a0'.replace(' ', ''), '02037fffff');
    const greedy = new Uint8Array(Buffer.from(hex, 'hex'));
    expect(greedy).not.toEqual(box);
    expect(refusal(pki.readPkcs12({ file: greedy, passphrase: 'x' }))).toBe('tooMuchWork');
  });

  test('ten megabytes of zeros, and a certificate', () => {
    expect(refusal(pki.readPkcs12({ file: new Uint8Array(10_000_000), passphrase: '' }))).toBe('damaged');
    const certificate = new TextEncoder().encode(of('p256').certificates[0]);
    expect(refusal(pki.readPkcs12({ file: certificate, passphrase: '' }))).toBe('damaged');
  });
});
