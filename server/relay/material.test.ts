import { createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/bridge/limits.ts';
import { hasProgram } from '../../tests/programs.ts';
import { anAuthority, certifying, issuedBy, type Made } from '../../tests/session/openssl-pki.ts';
import { prepare, type SideMaterial } from './material.ts';

describe.skipIf(!hasProgram('openssl'))('material of one side', () => {
  let ca: Made, leaf: Made;
  beforeAll(() => {
    ca = anAuthority();
    leaf = issuedBy(ca, { subject: '/CN=alice', for: 'client' });
  });
  const prepared = (change: Partial<SideMaterial>) =>
    prepare({ certificate: leaf.certificate, privateKey: leaf.key, trust: [], crls: [], ...change }, 'the client', {});
  const why = (change: Partial<SideMaterial>) => {
    const result = prepared(change);
    return result.kind === 'refused' ? result : null;
  };

  test('an empty list of trust anchors stays a list: it must never become the public authorities', () => {
    const result = prepared({ trust: [] });
    expect(result.kind === 'ready' && result.options.ca).toEqual([]);
    expect(result.kind === 'ready' && result.trust).toEqual([]);
  });

  test('several anchors in one text all count', () => {
    const result = prepared({ trust: [ca.certificate + anAuthority().certificate] });
    expect(result.kind === 'ready' && result.trust).toHaveLength(2);
  });

  test('nobody has to present a certificate', () => {
    expect(prepared({ certificate: null, privateKey: null })).toMatchObject({ kind: 'ready', leaf: null });
  });

  test('text that is no certificate is refused by name', () => {
    const [cut = ''] = ca.certificate.split('-----END');
    expect(why({ trust: [''] })?.text).toBe('A trust anchor of the client holds no PEM certificate.');
    expect(why({ trust: [cut] })?.text).toContain('is cut off');
    expect(why({ certificate: ca.certificate.replaceAll('MI', 'MX') })?.text).toContain('cannot be read');
    const many = ca.certificate.repeat(LIMITS.chainCertificates + 1);
    expect(why({ trust: [many] })?.text).toContain(`more than ${LIMITS.chainCertificates}`);
  });

  test('a key that is missing, damaged or somebody else’s is refused', () => {
    expect(why({ privateKey: null })).toMatchObject({ code: 'key-mismatch' });
    expect(why({ privateKey: 'x' })?.text).toContain('cannot be read');
    expect(why({ privateKey: ca.key })).toMatchObject({ code: 'key-mismatch' });
  });

  test('no sentence repeats key material', () => {
    const said = [why({ privateKey: ca.key }), why({ privateKey: leaf.key.slice(0, 120) })];
    for (const refusal of said) expect(refusal?.text).not.toContain(leaf.key.slice(40, 60));
  });

  test('a key beyond the limit is refused before anything is computed with it', () => {
    const modulus = Buffer.alloc(LIMITS.rsaBits / 8 + 1, 0xc5).toString('base64url');
    const key = createPublicKey({ key: { kty: 'RSA', n: modulus, e: 'AQAB' }, format: 'jwk' });
    const big = certifying(ca, key.export({ type: 'spki', format: 'pem' }).toString());
    expect(why({ trust: [big] })?.text).toContain(`more than ${LIMITS.rsaBits} bits`);
  });
});
