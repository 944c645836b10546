import { describe, expect, test } from 'vitest';
import { fromPem, pemKind, toPem } from './pem.ts';

const reason = (text: string) => {
  const read = fromPem(text);
  return read.ok ? 'ok' : read.error.kind;
};

describe('PEM text', () => {
  test('is wrapped at 64 characters and read back', () => {
    const der = Uint8Array.from({ length: 100 }, (_, at) => at);
    const pem = toPem('CERTIFICATE', der);
    expect(pem.split('\n').map((line) => line.length)).toEqual([27, 64, 64, 8, 25, 0]);
    expect(fromPem(pem)).toEqual({ ok: true, value: [{ label: 'CERTIFICATE', der, headers: [] }] });
  });

  test('may hold several blocks, with text around them and CRLF line ends', () => {
    const text = `Certificate:\n    Data:\n${toPem('A', new Uint8Array([1]))}between\n${toPem('B', new Uint8Array([2]))}`;
    const read = fromPem(text.replaceAll('\n', '\r\n'));
    expect(read.ok && read.value.map((block) => [block.label, ...block.der])).toEqual([
      ['A', 1],
      ['B', 2],
    ]);
  });

  test.each([
    ['hello', 'notPem'],
    ['-----BEGIN CERTIFICATE', 'noEnd'],
    ['-----BEGIN A-----\nAA==\n-----END B-----\n', 'noEnd'],
    ['-----BEGIN A-----\nA*==\n-----END A-----\n', 'badBase64'],
    ['-----BEGIN A\nAA==\n-----END A-----\n', 'noEnd'],
  ])('refuses %j', (text, kind) => {
    expect(reason(text)).toBe(kind);
  });

  test('a hostile text costs no more than its length', () => {
    const startedAt = performance.now();
    expect(reason('-----BEGIN '.repeat(200_000))).toBe('noEnd');
    expect(reason('-----BEGIN A-----\n'.repeat(100_000))).toBe('noEnd');
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test.each([
    ['CERTIFICATE', 'certificate'],
    ['CERTIFICATE REQUEST', 'request'],
    ['PRIVATE KEY', 'private key'],
    ['RSA PRIVATE KEY', 'private key'],
    ['ENCRYPTED PRIVATE KEY', 'encrypted key'],
    ['X509 CRL', 'revocation list'],
    ['PUBLIC KEY', 'public key'],
    ['constructor', 'other PEM'],
  ])('a %s block is called: %s', (label, kind) => {
    expect(pemKind(toPem(label, new Uint8Array(3)))).toBe(kind);
  });

  test('an old encrypted key is told from a plain one by its header', () => {
    const text =
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n';
    expect(pemKind(text)).toBe('encrypted key');
    expect(pemKind('just words')).toBe('not PEM');
  });
});
