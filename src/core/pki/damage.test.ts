// Whatever bytes a stranger hands over: an answer or a refusal in words, never an exception, and soon.
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { toPem } from '../bytes/pem.ts';
import type { Result } from '../bytes/result.ts';
import { searchedKey } from './keys/generate.ts';
import * as pki from './pki.ts';

const NOW = Date.UTC(2026, 7, 1);
const made = <Value>(result: Result<Value>): Value => (result.ok ? result.value : expect.fail(result.error.why));
const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');

// openssl 3.0.19: a P-256 authority with name constraints, all kinds of names and a distribution point, and its list.
const EC_AUTHORITY = `-----BEGIN CERTIFICATE-----
MIICdDCCAhugAwIBAgIUQrlk3WId2rWGOdwwaIG+s+9j5F4wCgYIKoZIzj0EAwIw
KzENMAsGA1UEAwwEZnV6ejEaMBgGCSqGSIb3DQEJARYLYUBkZXNrLnRlc3QwHhcN
MjYxMTI0MDAyNDIzWhcNMzYxMTIxMDAyNDIzWjArMQ0wCwYDVQQDDARmdXp6MRow
GAYJKoZIhvcNAQkBFgthQGRlc2sudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABF1mvMcp9TzarkLXseMSzb3Rvm01FyTz02hz6y7ohK6WTT1HTa1olG2lLNmi
sJHQ0ORPJ/yh8LX2E650ftyWb76jggEbMIIBFzASBgNVHRMBAf8ECDAGAQH/AgEB
MA4GA1UdDwEB/wQEAwIBhjATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQU
Y2wvGzQ7+SRHx56tNHp2aw+EmYQwTwYDVR0RBEgwRoIJZGVzay50ZXN0hwQKAQID
gQthQGRlc2sudGVzdIYSaHR0cHM6Ly9kZXNrLnRlc3QvpBIwEDEOMAwGA1UEAwwF
aW5uZXIwQQYDVR0eAQH/BDcwNaAmMAuCCWRlc2sudGVzdDAKhwgKAAAA/wAAADAL
hglkZXNrLnRlc3ShCzAJgQcueC50ZXN0MCkGA1UdHwQiMCAwHqAYoBaGFGh0dHA6
Ly9kZXNrLnRlc3QvY3JsgQIFYDAKBggqhkjOPQQDAgNHADBEAiAGs+5q3JB5YmQR
BHZQq3dVUIhVMX2qk4++/t20PbiaeAIgCwmdIV68THTBl6sS3ADETtFSTQVnB0s/
5K3j3YeFdAY=
-----END CERTIFICATE-----
`;
const EC_LIST = `-----BEGIN X509 CRL-----
MIIBNTCB3AIBATAKBggqhkjOPQQDAjArMQ0wCwYDVQQDDARmdXp6MRowGAYJKoZI
hvcNAQkBFgthQGRlc2sudGVzdBcNMjYxMTI0MDAyNDIzWhcNMzYxMTIxMDAyNDIz
WjAjMCECAgq8Fw0yNjAxMDEwMDAwMDBaMAwwCgYDVR0VBAMKAQSgWzBZMB8GA1Ud
IwQYMBaAFGNsLxs0O/kkR8eerTR6dmsPhJmEMCoGA1UdHAEB/wQgMB6gGKAWhhRo
dHRwOi8vZGVzay50ZXN0L2NybIMCBWAwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwID
SAAwRQIgGit5BJbH0I+3VQp19wOGHlhlhU8KqlObOr1ZreEGKMsCIQCHeourizYW
RoM78rwiSdpNE+VZNAPL/w/wkUJqVvB7DQ==
-----END X509 CRL-----
`;

let privateKey: string;
let authority: string;
const samples = new Map<string, Buffer>();

beforeAll(() => {
  privateKey = searchedKey(1024).privateKey;
  authority = made(pki.createAuthority({ privateKey, subject: 'O=Order Desk, CN=CA', now: NOW }));
  const issuer = { certificate: authority, privateKey };
  const names = ['localhost', '::1', 'email:a@b.ch'];
  const request = made(pki.createRequest({ privateKey, subject: 'CN=a', names }));
  const certificate = made(pki.issueCertificate({ request, issuer, for: 'server', now: NOW }));
  const revoked = [{ serial: '0a', at: NOW, reason: 'superseded' as const }];
  const crl = made(pki.createCrl({ issuer, now: NOW, number: 1, revoked }));
  samples.set('CERTIFICATE', derOf(certificate));
  samples.set('CERTIFICATE REQUEST', derOf(request));
  samples.set('X509 CRL', derOf(crl));
  samples.set('PRIVATE KEY', derOf(privateKey));
});

test('the samples of openssl are read', () => {
  expect(made(pki.readCertificate(EC_AUTHORITY)).names).toHaveLength(5);
  expect(made(pki.readCrl(EC_LIST)).revoked).toHaveLength(1);
  const options = {
    certificate: EC_AUTHORITY,
    anchors: [EC_AUTHORITY],
    now: NOW + 365 * 86_400_000,
    host: 'desk.test',
  };
  expect(made(pki.explain(options)).trusted).toBe(true);
});

describe.each([
  ['EC certificate', 'CERTIFICATE', EC_AUTHORITY],
  ['list with a scope', 'X509 CRL', EC_LIST],
])('a damaged %s', (_, label, pem) => {
  test('with some bytes changed is read or refused', () => {
    const edits = fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(edits, (list) => {
        const bytes = derOf(pem);
        for (const [at, value] of list) bytes[at % bytes.length] = value;
        const damaged = toPem(label, bytes);
        readAll(damaged);
        pki.explain({ certificate: EC_AUTHORITY, anchors: [], untrusted: [EC_AUTHORITY], crls: [EC_LIST], now: NOW });
        if (label === 'X509 CRL')
          pki.explain({ certificate: EC_AUTHORITY, anchors: [authority], crls: [damaged], now: NOW });
        else pki.explain({ certificate: damaged, anchors: [damaged], crls: [EC_LIST], now: NOW, host: 'desk.test' });
      }),
      { numRuns: 500 },
    );
  });
});

/** Everything that takes a stranger's text. */
function readAll(pem: string): void {
  pki.readCertificate(pem);
  pki.readRequest(pem);
  pki.readCrl(pem);
  pki.sha256Of(pem);
  pki.signedBy(pem, authority);
  pki.signedBy(authority, pem);
  pki.crlSignedBy(pem, authority);
  pki.keyFits({ privateKey, certificate: pem });
  pki.keyFits({ privateKey: pem, certificate: authority });
  pki.messageHolds({ publicKey: pem, message: 'x', signature: '00' });
  pki.explain({ certificate: pem, untrusted: [pem], anchors: [authority], crls: [], host: 'localhost', now: NOW });
  pki.explain({ certificate: authority, anchors: [authority], crls: [pem], now: NOW });
  pki.trustedFor({ certificate: pem, anchors: [authority, pem], purpose: 'client', now: NOW });
}

describe.each(['CERTIFICATE', 'CERTIFICATE REQUEST', 'X509 CRL', 'PRIVATE KEY'])('a damaged %s', (label) => {
  const der = (): Buffer => samples.get(label) ?? expect.fail('no sample');
  const byte = fc.integer({ min: 0, max: 255 });

  test('with some bytes changed is read or refused', () => {
    const edits = fc.array(fc.tuple(fc.nat(2000), byte), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(edits, (list) => {
        const bytes = Buffer.from(der());
        for (const [at, value] of list) bytes[at % bytes.length] = value;
        readAll(toPem(label, bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('cut anywhere, or continued, is refused', () => {
    for (let length = 0; length < der().length; length += 3) {
      const pem = toPem(label, der().subarray(0, length));
      readAll(pem);
      expect([pki.readCertificate(pem), pki.readRequest(pem), pki.readCrl(pem)].map(({ ok }) => ok)).not.toContain(
        true,
      );
    }
    const longer = toPem(label, Buffer.concat([der(), Buffer.from([5, 0])]));
    expect(
      [pki.readCertificate(longer), pki.readRequest(longer), pki.readCrl(longer)].map(({ ok }) => ok),
    ).not.toContain(true);
  });
});

test.each<[string, () => string]>([
  ['10 MB of zeros', () => 'A'.repeat(13_333_336)],
  ['sequences nested a hundred thousand deep', () => nested(100_000).toString('base64')],
  [
    'a number of a million digits',
    () =>
      Buffer.concat([
        Buffer.from([0x30, 0x83, 0x0f, 0x42, 0x44, 0x02, 0x83, 0x0f, 0x42, 0x3f]),
        Buffer.alloc(1_000_000, 0x7f),
      ]).toString('base64'),
  ],
])('%s is refused within a second, with a sentence', (_, base64) => {
  const pem = `-----BEGIN CERTIFICATE-----\n${base64()}\n-----END CERTIFICATE-----\n`;
  const startedAt = performance.now();
  const read = pki.readCertificate(pem);
  expect(read).toMatchObject({ ok: false, error: { kind: 'damaged', why: expect.stringMatching(/\.$/) } });
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

test('a certificate in place of a request is named', () => {
  expect(pki.readRequest(authority)).toMatchObject({
    ok: false,
    error: { kind: 'wrongKind', why: 'A request is needed, and this is: certificate.' },
  });
});

/** Sequences in sequences, each with the length that it really has. */
function nested(depth: number): Buffer {
  const header = Buffer.from([0x30, 0x84, 0, 0, 0, 0]);
  const bytes = Buffer.alloc(depth * header.length);
  for (let at = 0; at < depth; at++) {
    header.writeUInt32BE((depth - at - 1) * header.length, 2);
    header.copy(bytes, at * header.length);
  }
  return bytes;
}
