import { expect, test } from 'vitest';
import { impossibleSuites, suitesOf, usualSuites, type CertificateKey, type SuiteName } from './settings.ts';

const RSA: SuiteName = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256';
const ECDSA: SuiteName = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256';
const TLS13: SuiteName = 'TLS_AES_128_GCM_SHA256';

test.each<[SuiteName[] | null, '1.2' | '1.3', CertificateKey | null, string | null]>([
  [null, '1.2', 'RSA', null],
  [[TLS13, RSA], '1.2', 'RSA', null],
  [[TLS13, RSA], '1.3', 'RSA', null],
  [[TLS13], '1.3', 'ECDSA', null],
  [[ECDSA], '1.2', 'ECDSA', null],
  [[ECDSA], '1.2', null, null],
  [[ECDSA, RSA], '1.2', 'RSA', null],
  [[TLS13], '1.2', 'RSA', `The desk has no cipher suite of TLS 1.2 to choose from: ${TLS13}.`],
  [[RSA], '1.3', 'RSA', `The desk has no cipher suite of TLS 1.3 to choose from: ${RSA}.`],
  [
    [ECDSA],
    '1.2',
    'RSA',
    `${ECDSA} asks for a certificate with an ECDSA key, and the desk’s certificate has an RSA key.`,
  ],
  [
    [RSA, 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'],
    '1.2',
    'ECDSA',
    'These cipher suites ask for a certificate with an RSA key, and the desk’s certificate has an ECDSA key.',
  ],
])('%j in TLS %s with an %s key: %j', (suites, version, key, words) => {
  expect(impossibleSuites(suites, version, { whose: 'The desk', key })).toBe(words);
});

test('a version of which nothing was chosen keeps its own; CBC is spoken only when it was chosen', () => {
  expect(suitesOf([TLS13], '1.2')).toBeNull();
  expect(suitesOf([TLS13, RSA], '1.2')).toEqual([RSA]);
  expect(usualSuites('1.3')).toHaveLength(3);
  expect(usualSuites('1.2').some((name) => name.includes('CBC'))).toBe(false);
});
