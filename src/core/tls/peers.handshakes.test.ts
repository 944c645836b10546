/** Handshakes of Node with Node, over suites, versions and kinds of keys. */
import { X509Certificate } from 'node:crypto';
import type tls from 'node:tls';
import { describe, expect, test } from 'vitest';
import {
  expectComplete,
  hasOpenssl,
  identity,
  pem,
  preparePeers,
  proofs,
  record,
  text,
} from '../../../tests/recorded-peers.ts';

preparePeers();

describe.skipIf(!hasOpenssl)('a mutual handshake of Node with Node', () => {
  const NO_ETM = 0x80000; // SSL_OP_NO_ENCRYPT_THEN_MAC, which Node does not name
  const OLD = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
  const cases: readonly [string, string, string, string, tls.TlsOptions, tls.ConnectionOptions][] = [
    ['TLS 1.3', 'TLS_AES_256_GCM_SHA384', 'rsa', 'rsa', {}, {}],
    ['TLS 1.3', 'TLS_AES_128_GCM_SHA256', 'ec', 'ec384', {}, { ciphers: 'TLS_AES_128_GCM_SHA256' }],
    ['TLS 1.3', 'TLS_CHACHA20_POLY1305_SHA256', 'ed', 'ed', {}, { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }],
    [
      'TLS 1.3',
      'TLS_AES_128_CCM_SHA256',
      'ec',
      'rsa',
      { ciphers: 'TLS_AES_128_CCM_SHA256' },
      { ciphers: 'TLS_AES_128_CCM_SHA256' },
    ],
    ['TLS 1.2', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'rsa', 'rsa', {}, {}],
    [
      'TLS 1.2',
      'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      'ec384',
      'ec',
      {},
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    ],
    [
      'TLS 1.2',
      'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      'ec',
      'ed',
      {},
      { ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
    ],
    [
      'TLS 1.2',
      'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
      'ec',
      'ec',
      { ciphers: 'ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0' },
      { ciphers: 'ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0' },
    ],
    [
      'TLS 1.2',
      'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
      'rsa',
      'rsa',
      { dhparam: 'auto' },
      { ciphers: 'DHE-RSA-AES128-GCM-SHA256' },
    ],
    ['TLS 1.2', 'TLS_RSA_WITH_AES_256_GCM_SHA384', 'rsa', 'ec', {}, { ciphers: 'AES256-GCM-SHA384' }],
    ['TLS 1.2', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', 'rsa', 'ec', {}, { ciphers: 'ECDHE-RSA-AES128-SHA256' }],
    [
      'TLS 1.2',
      'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
      'rsa',
      'ec',
      { secureOptions: NO_ETM },
      { ciphers: 'ECDHE-RSA-AES256-SHA384' },
    ],
    ['TLS 1.1', 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ec', 'rsa', OLD, { ...OLD, maxVersion: 'TLSv1.1' }],
    ['TLS 1.0', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'rsa', 'ec', OLD, { ...OLD, maxVersion: 'TLSv1' }],
    [
      'TLS 1.0',
      'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
      'rsa',
      'rsa',
      { ...OLD, secureOptions: NO_ETM },
      { ...OLD, maxVersion: 'TLSv1' },
    ],
  ];
  test.each(cases)(
    '%s, %s, server %s, client %s',
    async (version, suite, server, client, serverOptions, clientOptions) => {
      const cap = version === 'TLS 1.2' ? ({ maxVersion: 'TLSv1.2' } as const) : {};
      const recording = await record(
        { ...identity(server), ...serverOptions },
        { ...identity(client), ...cap, ...clientOptions },
      );
      const dissection = expectComplete(recording);
      expect([dissection.version, dissection.cipherSuite, dissection.serverName]).toEqual([
        version,
        suite,
        'desk.test',
      ]);
      const proofOfServer = suite.startsWith('TLS_RSA_') ? null : true; // RSA key transport signs nothing
      expect(proofs(dissection)).toEqual([proofOfServer, true, true, true]);
      expect(text(dissection)).toMatch(/^h?\|?h?ello\|.*echo/);
      expect(dissection.certificates.client.map(({ subject }) => subject)).toEqual([
        `CN=${client},O=Example`,
        'CN=Test CA,O=Example\\, Inc.,C=AT',
      ]);
      const x509 = new X509Certificate(pem(`${server}.crt`));
      expect(dissection.certificates.server[0]).toMatchObject({
        serial: x509.serialNumber.toLowerCase(),
        sha256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
        notBefore: new Date(x509.validFrom).toISOString().replace('.000', ''),
        notAfter: new Date(x509.validTo).toISOString().replace('.000', ''),
      });
    },
  );
});
