// Everything made here is shown to the openssl program, and what openssl makes is read here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../tests/openssl.ts';
import { hasProgram } from '../../../tests/programs.ts';
import type { Result } from '../bytes/result.ts';
import { searchedKey, type KeyPairPem } from './keys/generate.ts';
import * as pki from './pki.ts';

const NOW = Date.now();
const made = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.why}`);
  return result.value;
};
const refusal = (result: Result<unknown>): string => (result.ok ? 'none' : result.error.kind);

let ca: KeyPairPem;
let alice: KeyPairPem;
let authority: string;
let request: string;

beforeAll(async () => {
  [ca, alice] = await Promise.all([pki.generateKey(), pki.generateKey()]);
  authority = made(
    pki.createAuthority({ privateKey: ca.privateKey, subject: 'O=Order Desk, CN=Desk Root CA', now: NOW }),
  );
  request = made(pki.createRequest({ privateKey: alice.privateKey, subject: 'O=Order Desk, CN=alice' }));
});

const issue = (options: Partial<Parameters<typeof pki.issueCertificate>[0]> = {}) =>
  pki.issueCertificate({
    request,
    issuer: { certificate: authority, privateKey: ca.privateKey },
    for: 'client',
    now: NOW,
    ...options,
  });

describe('a key pair', () => {
  test('its halves belong together, and a message signed with one is checked with the other', () => {
    const signature = made(pki.signMessage(alice.privateKey, 'order 1 tea'));
    expect(signature).toHaveLength(512);
    const check = (message: string, publicKey: string) => pki.messageHolds({ publicKey, message, signature }).holds;
    expect(check('order 1 tea', alice.publicKey)).toBe(true);
    expect(check('order 9 tea', alice.publicKey)).toBe(false);
    expect(check('order 1 tea', ca.publicKey)).toBe(false);
    expect(made(pki.publicKeyOf(alice.privateKey))).toBe(alice.publicKey);
  });

  test('can be searched without native code, counting candidates', () => {
    const counts: number[] = [];
    const key = searchedKey(1024, (count) => counts.push(count));
    expect(counts.length).toBeGreaterThan(2);
    expect(counts).toEqual(counts.map((_, at) => at + 1));
    expect(made(pki.publicKeyOf(key.privateKey))).toBe(key.publicKey);
    const signature = made(pki.signMessage(key.privateKey, 'x'));
    expect(pki.messageHolds({ publicKey: key.publicKey, message: 'x', signature }).holds).toBe(true);
  });

  test('a certificate is not a key, and says so', () => {
    const read = pki.signMessage(authority, 'x');
    expect(read).toMatchObject({ ok: false, error: { kind: 'notAKey', why: expect.stringContaining('certificate') } });
    expect(refusal(pki.signMessage('hello', 'x'))).toBe('notPem');
    expect(refusal(pki.signMessage('-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n', 'x'))).toBe(
      'damaged',
    );
  });
});

describe('an authority', () => {
  test('has the facts of a root certificate', () => {
    const facts = made(pki.readCertificate(authority));
    expect(facts).toMatchObject({
      subject: 'O=Order Desk, CN=Desk Root CA',
      issuer: 'O=Order Desk, CN=Desk Root CA',
      version: 3,
      bits: 2048,
      isAuthority: true,
      selfIssued: true,
      keyUsage: ['keyCertSign', 'cRLSign'],
      extendedKeyUsage: null,
    });
    expect(facts.authorityKeyId).toBe(facts.subjectKeyId);
    expect(pki.signedBy(authority, authority).holds).toBe(true);
  });

  test('its twin of the same name signs nothing that this one vouches for', async () => {
    const twinKey = await pki.generateKey();
    const subject = 'O=Order Desk, CN=Desk Root CA';
    const twin = made(pki.createAuthority({ privateKey: twinKey.privateKey, subject, now: NOW }));
    const leaf = made(issue({ issuer: { certificate: twin, privateKey: twinKey.privateKey } }));
    expect(pki.signedBy(twin, twin).holds).toBe(true);
    expect(pki.signedBy(leaf, twin).holds).toBe(true);
    expect(pki.signedBy(leaf, authority).holds).toBe(false);
    expect(refusal(issue({ issuer: { certificate: authority, privateKey: twinKey.privateKey } }))).toBe('keyMismatch');
  });
});

describe('a request', () => {
  test('carries its name, its wishes and the proof of its key', () => {
    const names = ['localhost', '127.0.0.1', '::1', 'email:a@b.ch'];
    const wish = made(pki.createRequest({ privateKey: alice.privateKey, subject: 'CN=desk', names }));
    expect(made(pki.readRequest(wish))).toMatchObject({
      subject: 'CN=desk',
      names: ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1', 'email:a@b.ch'],
      signatureHolds: true,
      bits: 2048,
    });
    expect(pki.keyFits({ privateKey: alice.privateKey, certificate: wish }).holds).toBe(true);
    expect(pki.keyFits({ publicKey: ca.publicKey, certificate: wish }).holds).toBe(false);
  });

  test('changed by one letter, it proves nothing and is not signed', () => {
    const changed = edited(request, 'alice', 'Alice');
    expect(made(pki.readRequest(changed))).toMatchObject({ subject: 'O=Order Desk, CN=Alice', signatureHolds: false });
    expect(refusal(issue({ request: changed }))).toBe('requestNotSigned');
  });
});

describe('an issued certificate', () => {
  test('says what the authority granted', () => {
    const leaf = made(issue({ days: 30, serial: '0abc' }));
    const facts = made(pki.readCertificate(leaf));
    expect(facts).toMatchObject({
      subject: 'O=Order Desk, CN=alice',
      issuer: 'O=Order Desk, CN=Desk Root CA',
      serial: '0abc',
      isAuthority: false,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth'],
      selfIssued: false,
      authorityKeyId: made(pki.readCertificate(authority)).subjectKeyId,
    });
    expect(Date.parse(facts.notAfter)).toBe(Math.floor((NOW + 30 * 86_400_000) / 1000) * 1000);
    expect(Date.parse(facts.notBefore)).toBe(Math.floor((NOW - 5 * 60_000) / 1000) * 1000);
  });

  test('the authority may replace the subject and the names', () => {
    const leaf = made(issue({ for: 'server', subject: 'CN=bob', names: ['localhost'], minutes: 1 }));
    expect(made(pki.readCertificate(leaf))).toMatchObject({
      subject: 'CN=bob',
      names: ['DNS:localhost'],
      extendedKeyUsage: ['serverAuth'],
    });
    expect(made(pki.readCertificate(made(issue({ names: [] })))).names).toEqual([]);
  });

  test('serials are random, positive and different', () => {
    const serials = [1, 2, 3].map(() => made(pki.readCertificate(made(issue()))).serial);
    expect(new Set(serials).size).toBe(3);
    for (const serial of serials) expect(BigInt(`0x${serial}`)).toBeGreaterThan(2n ** 90n);
  });

  test.each([
    ['an end before its beginning', { notBefore: 2000, notAfter: 1000 }, 'badValidity'],
    ['serial zero', { serial: '00' }, 'badSerial'],
    ['a serial of 21 bytes', { serial: '01'.repeat(21) }, 'badSerial'],
    ['a subject that is none', { subject: 'alice' }, 'badName'],
    ['a host name with a space', { names: ['local host'] }, 'badAltName'],
  ])('%s is refused', (_, options, kind) => {
    expect(refusal(issue(options))).toBe(kind);
  });
});

describe('trust', () => {
  const names = (leaf: string, anchors: string[], purpose: 'client' | 'server' = 'client', now = NOW) =>
    made(pki.trustedFor({ certificate: leaf, anchors, purpose, now }))
      .filter(({ holds }) => !holds)
      .map(({ name }) => name);

  test('holds for a certificate of a trusted authority, for its purpose, in its time', () => {
    const leaf = made(issue({ days: 1 }));
    expect(names(leaf, [authority])).toEqual([]);
    expect(names(leaf, [authority], 'server')).toEqual(['purpose']);
    expect(names(leaf, [authority], 'client', NOW + 2 * 86_400_000)).toEqual(['validity']);
    expect(names(leaf, [authority], 'client', NOW - 86_400_000)).toEqual(['validity', 'validity']); // the CA's, too
  });

  test('fails for a self-signed certificate and where nobody is trusted', () => {
    const own = made(
      pki.selfSign({ privateKey: alice.privateKey, subject: 'O=Order Desk, CN=alice', for: 'client', now: NOW }),
    );
    expect(names(own, [authority])).toContain('issuer');
    expect(names(made(issue()), [])).toContain('issuer');
  });
});

describe.skipIf(!hasProgram('openssl'))('openssl', () => {
  let openssl: Openssl;
  beforeAll(() => {
    openssl = new Openssl();
    openssl.write('ca.crt', authority);
    openssl.write('ca.key', ca.privateKey);
    openssl.write('alice.key', alice.privateKey);
    openssl.write('alice.csr', request);
  });
  afterAll(() => openssl.close());

  test('finds our keys sound, also those searched without native code', () => {
    expect(openssl.must('rsa -in alice.key -check -noout')).toContain('RSA key ok');
    openssl.write('searched.key', searchedKey(2048).privateKey);
    expect(openssl.must('rsa -in searched.key -check -noout')).toContain('RSA key ok');
    expect(openssl.must('rsa -in alice.key -pubout')).toContain(alice.publicKey);
  });

  test('verifies our requests and certificates strictly, for both purposes', () => {
    expect(openssl.must('req -in alice.csr -verify -noout')).toContain('verify OK');
    openssl.write('client.crt', made(issue()));
    openssl.write('server.crt', made(issue({ for: 'server', names: ['localhost', '127.0.0.1', '::1'] })));
    const verify = 'verify -x509_strict -CAfile ca.crt';
    expect(openssl.must(`${verify} -purpose sslclient client.crt`)).toContain('OK');
    expect(openssl.must(`${verify} -purpose sslserver -verify_hostname localhost server.crt`)).toContain('OK');
    expect(openssl.must(`${verify} -purpose sslserver -verify_ip 127.0.0.1 server.crt`)).toContain('OK');
    expect(openssl.must(`${verify} -purpose sslserver -verify_ip ::1 server.crt`)).toContain('OK');
    expect(openssl.run(`${verify} -purpose sslserver client.crt`).ok).toBe(false);
    expect(openssl.must('x509 -in server.crt -noout -text')).toContain('DNS:localhost, IP Address:127.0.0.1');
  });

  test('prints the same facts as we do', () => {
    const leaf = made(issue({ subject: 'C=CH, O="Tea, Inc.", CN=Zoë + UID=z1', days: 365 * 40 }));
    openssl.write('facts.crt', leaf);
    const facts = made(pki.readCertificate(leaf));
    expect(facts.subject).toContain('C=CH, O=Tea\\, Inc., ');
    expect(openssl.must('x509 -in facts.crt -noout -serial')).toContain(facts.serial.toUpperCase());
    const print = openssl.must('x509 -in facts.crt -noout -fingerprint -sha256').replaceAll(':', '').toLowerCase();
    expect(print).toContain(facts.sha256);
    const dates = openssl.must('x509 -in facts.crt -noout -dates -dateopt iso_8601');
    expect(dates).toContain(`notAfter=${facts.notAfter.replace('T', ' ')}`);
    expect(openssl.must('x509 -in facts.crt -noout -subject -nameopt RFC2253,-esc_msb,utf8')).toContain(
      'UID=z1+CN=Zoë,O=Tea\\, Inc.,C=CH',
    );
  });

  test('its own certificate in three lines, without extensions, is read: version 1, no limits', () => {
    openssl.must('genrsa -out client.key 2048');
    openssl.must('req -new -key client.key -out client.csr -subj {/O=Order Desk/CN=alice}');
    openssl.must('x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out old.crt -days 365 -sha256');
    const old = openssl.read('old.crt');
    expect(made(pki.readCertificate(old))).toMatchObject({
      subject: 'O=Order Desk, CN=alice',
      version: 1,
      keyUsage: null,
      extendedKeyUsage: null,
      names: [],
    });
    expect(pki.signedBy(old, authority).holds).toBe(true);
    expect(
      made(pki.trustedFor({ certificate: old, anchors: [authority], purpose: 'client', now: Date.now() })),
    ).toSatisfy((checks: { holds: boolean }[]) => checks.every(({ holds }) => holds));
    expect(made(pki.readRequest(openssl.read('client.csr'))).signatureHolds).toBe(true);
    expect(pki.keyFits({ privateKey: openssl.read('client.key'), certificate: old }).holds).toBe(true);
  });

  test('its keys in the older form, encrypted or on a curve that we do not know are read or refused by name', () => {
    openssl.must('rsa -in alice.key -traditional -out old.key');
    expect(made(pki.publicKeyOf(openssl.read('old.key')))).toBe(alice.publicKey);
    openssl.must('rsa -in alice.key -traditional -aes128 -passout pass:1234 -out locked1.key');
    openssl.must('rsa -in alice.key -aes128 -passout pass:1234 -out locked8.key');
    openssl.must('ecparam -name secp256k1 -genkey -noout -out ec.key');
    expect(refusal(pki.publicKeyOf(openssl.read('locked1.key')))).toBe('encrypted');
    expect(refusal(pki.publicKeyOf(openssl.read('locked8.key')))).toBe('encrypted');
    expect(refusal(pki.publicKeyOf(openssl.read('ec.key')))).toBe('otherKind');
  });

  test.each([
    ['RSA-PSS', 'genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048', '-sigopt rsa_padding_mode:pss -sha256'],
    ['SHA-512', 'genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048', '-sha512'],
    ['P-256', 'genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256', '-sha256'],
    ['P-384', 'genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-384', '-sha384'],
    ['P-521', 'genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-521', '-sha512'],
    ['Ed25519', 'genpkey -algorithm ed25519', ''],
  ])('its %s signatures hold here, and no longer after one changed byte', (_, genpkey, sign) => {
    openssl.must(`${genpkey} -out other.key`);
    openssl.must(`req -x509 -new -key other.key -subj /CN=other -days 2 ${sign} -out other.crt`);
    const other = openssl.read('other.crt');
    expect(pki.signedBy(other, other)).toMatchObject({ holds: true });
    const changed = edited(other, 'other', 'Other');
    expect(pki.signedBy(changed, changed)).toMatchObject({ holds: false });
  });

  test('its signature over a message is the one we make', () => {
    openssl.write('message', 'order 1 tea');
    openssl.must('dgst -sha256 -sign alice.key -out signature message');
    const hex = openssl.must('dgst -sha256 -sign alice.key -hex message').split('= ')[1]?.trim();
    expect(made(pki.signMessage(alice.privateKey, 'order 1 tea'))).toBe(hex);
  });
});

/** The same PEM with every occurrence of a text inside its DER replaced by one of the same length. */
function edited(pem: string, from: string, to: string): string {
  const [begin = '', ...lines] = pem.trim().split('\n');
  const end = lines.pop() ?? '';
  const der = Buffer.from(lines.join(''), 'base64').toString('latin1').replaceAll(from, to);
  return [
    begin,
    ...(Buffer.from(der, 'latin1')
      .toString('base64')
      .match(/.{1,64}/g) ?? []),
    end,
    '',
  ].join('\n');
}
