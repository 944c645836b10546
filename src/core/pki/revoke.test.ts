import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../tests/openssl.ts';
import { hasProgram } from '../../../tests/programs.ts';
import type { Result } from '../bytes/result.ts';
import * as pki from './pki.ts';

const NOW = Math.floor(Date.now() / 1000) * 1000;
const made = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.why}`);
  return result.value;
};

let issuer: { certificate: string; privateKey: string };
let leaf: string;
let serial: string;

beforeAll(async () => {
  const { privateKey } = await pki.generateKey();
  const certificate = made(pki.createAuthority({ privateKey, subject: 'CN=CA', now: NOW }));
  issuer = { certificate, privateKey };
  const request = made(pki.createRequest({ privateKey, subject: 'CN=alice' }));
  leaf = made(pki.issueCertificate({ request, issuer, for: 'client', now: NOW }));
  serial = made(pki.readCertificate(leaf)).serial;
});

const list = (options: Partial<Parameters<typeof pki.createCrl>[0]> = {}) =>
  made(pki.createCrl({ issuer, now: NOW, number: 7, revoked: [], ...options }));
const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '');

describe('a revocation list', () => {
  test('says what was revoked, when, why, and until when it is fresh', () => {
    const revoked = [
      { serial, at: NOW - 1000, reason: 'keyCompromise' as const, invalidityDate: NOW - 60_000 },
      { serial: '0abc', at: NOW },
    ];
    const facts = made(pki.readCrl(list({ revoked, minutes: 1 })));
    expect(facts).toEqual({
      ...{ issuer: 'CN=CA', number: '7', thisUpdate: iso(NOW), nextUpdate: iso(NOW + 60_000) },
      authorityKeyId: made(pki.readCertificate(issuer.certificate)).subjectKeyId,
      revoked: [
        { serial, at: iso(NOW - 1000), reason: 'keyCompromise', invalidityDate: iso(NOW - 60_000) },
        { serial: '0abc', at: iso(NOW), reason: null, invalidityDate: null },
      ],
    });
  });

  test('is believed only under the name and the key of its CA', async () => {
    const other = await pki.generateKey();
    const twin = made(pki.createAuthority({ privateKey: other.privateKey, subject: 'CN=CA', now: NOW }));
    const stranger = made(pki.createAuthority({ privateKey: other.privateKey, subject: 'CN=B', now: NOW }));
    expect(pki.crlSignedBy(list(), issuer.certificate).holds).toBe(true);
    expect(pki.crlSignedBy(list(), twin).holds).toBe(false);
    expect(pki.crlSignedBy(list(), stranger).why).toContain('another issuer');
  });

  test('with 10,000 entries is read in well under a second', () => {
    const revoked = Array.from({ length: 10_000 }, (_, at) => ({ serial: (at + 256).toString(16), at: NOW }));
    const pem = list({ revoked });
    const startedAt = performance.now();
    expect(made(pki.readCrl(pem)).revoked).toHaveLength(10_000);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test('goes on from the last one: its entries, the next number, what is new', () => {
    const first = list({
      revoked: [{ serial, at: NOW - 1000, reason: 'certificateHold', invalidityDate: NOW - 60_000 }],
    });
    const next = (revoke: NonNullable<Parameters<typeof pki.nextCrl>[0]['revoke']>) =>
      pki.nextCrl({ crl: first, issuer, now: NOW, revoke });
    const facts = made(pki.readCrl(made(next([{ serial: '00ff', at: NOW, reason: 'superseded' }]))));
    expect(facts.number).toBe('8');
    expect(facts.revoked).toEqual([
      { serial, at: iso(NOW - 1000), reason: 'certificateHold', invalidityDate: iso(NOW - 60_000) },
      { serial: 'ff', at: iso(NOW), reason: 'superseded', invalidityDate: null },
    ]);
    expect(made(pki.readCrl(made(next([{ serial, at: NOW, reason: 'removeFromCRL' }])))).revoked).toEqual([]);
    expect(next([{ serial: 'ff', at: NOW, reason: 'removeFromCRL' }])).toMatchObject({ error: { kind: 'notOnHold' } });
  });

  test('of a stranger is not gone on from', async () => {
    const { privateKey } = await pki.generateKey({ kind: 'p256' });
    const certificate = made(pki.createAuthority({ privateKey, subject: 'CN=CA', now: NOW }));
    const next = pki.nextCrl({ crl: list(), issuer: { certificate, privateKey }, now: NOW });
    expect(next).toMatchObject({ ok: false, error: { kind: 'foreignList' } });
  });

  test('of a serial that is no number is refused', () => {
    const read = pki.createCrl({ issuer, now: NOW, number: 1, revoked: [{ serial: 'xyz', at: NOW }] });
    expect(read).toMatchObject({ ok: false, error: { kind: 'badSerial' } });
  });
});

describe.skipIf(!hasProgram('openssl'))('openssl', () => {
  let openssl: Openssl;
  beforeAll(() => {
    openssl = new Openssl();
    openssl.write('ca.crt', issuer.certificate);
    openssl.write('leaf.crt', leaf);
  });
  afterAll(() => openssl.close());
  const verify = (crl: string, at = NOW) => {
    openssl.write('crl.pem', crl);
    const command = `verify -x509_strict -crl_check -CAfile ca.crt -CRLfile crl.pem -attime ${at / 1000} leaf.crt`;
    return openssl.run(command).text;
  };

  test('accepts our list and its signature', () => {
    openssl.write('crl.pem', list());
    expect(openssl.must('crl -in crl.pem -CAfile ca.crt -noout')).toContain('verify OK');
    expect(openssl.must('crl -in crl.pem -noout -text')).toContain('X509v3 CRL Number');
  });

  test('lets in who is not on it, refuses who is, and everybody once it is stale', () => {
    expect(verify(list())).toContain('leaf.crt: OK');
    expect(verify(list({ revoked: [{ serial, at: NOW, reason: 'superseded' }] }))).toContain('certificate revoked');
    expect(verify(list({ minutes: 1 }), NOW + 61_000)).toContain('CRL has expired');
  });

  test('its own list is read and verified here', () => {
    openssl.write('ca.key', issuer.privateKey);
    openssl.write('index.txt', `R\t351231235959Z\t260101000000Z,keyCompromise\t0ABC\tunknown\t/CN=alice\n`);
    openssl.write('number', '1F\n');
    openssl.write('ca.cnf', '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\n');
    openssl.must('ca -config ca.cnf -gencrl -cert ca.crt -keyfile ca.key -crldays 1 -out theirs.pem');
    const theirs = openssl.read('theirs.pem');
    expect(pki.crlSignedBy(theirs, issuer.certificate).holds).toBe(true);
    expect(made(pki.readCrl(theirs)).revoked).toEqual([
      { serial: '0abc', at: '2026-01-01T00:00:00Z', reason: 'keyCompromise', invalidityDate: null },
    ]);
  });
});
