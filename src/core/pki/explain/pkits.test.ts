// NIST's Public Key Interoperability Test Suite, as Debian's python3-cryptography-vectors brings it. A file's name says
// whether its certificate is valid. Where the package is not installed, this is skipped.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasVectors } from '../../../../tests/programs.ts';
import type { Result } from '../../bytes/result.ts';
import { parseCertificate, type Certificate } from '../x509/certificate.ts';
import { parseCrl } from '../x509/crl.ts';
import { judge } from './explain.ts';

const FOLDER = process.env['PKITS'] ?? '/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data';

/** What is not judged here, each with its reason; these verdicts differ from the suite's. */
const KNOWN = [
  { files: /Polic(y|ies)|policy/, why: 'policies are not judged' },
  { files: /deltaCRL/, why: 'delta CRLs are not judged' },
  { files: /^Valid(DSASignaturesTest4|DSAParameterInheritanceTest5)/, why: 'DSA signatures cannot be checked' },
];

const DAMAGED = /^(BadSignedCACert|InvalidDSASignatureTest6EE|BadCRLSignatureCACRL)/;

describe.skipIf(!hasVectors(FOLDER))('PKITS', () => {
  const all = <Value>(folder: string, parse: (der: Uint8Array) => Result<Value>): Map<string, Value> => {
    const parsed = new Map<string, Value>();
    for (const file of readdirSync(`${FOLDER}/${folder}`)) {
      const result = parse(new Uint8Array(readFileSync(`${FOLDER}/${folder}/${file}`)));
      if (result.ok) parsed.set(file, result.value);
      else expect(file, result.error.why).toMatch(DAMAGED);
    }
    return parsed;
  };
  const leafName = /^(Valid|Invalid).*Test\d+(EE)?\.crt$/;

  test('every chain is judged as the suite says', { timeout: 60_000 }, () => {
    const certificates = all('certs', parseCertificate);
    const crls = [...all('crls', parseCrl).values()];
    const anchor = certificates.get('TrustAnchorRootCertificate.crt') ?? expect.fail('no anchor');
    const untrusted = [...certificates].flatMap(([file, certificate]) => (leafName.test(file) ? [] : [certificate]));
    const verdict = (leaf: Certificate) =>
      judge({ leaf, untrusted, anchors: [anchor], crls }, { at: Date.UTC(2020, 0, 1) })[0]?.isTrusted;
    const wrong = [...certificates]
      .filter(([file]) => leafName.test(file) && !KNOWN.some(({ files }) => files.test(file)))
      .filter(([file, leaf]) => verdict(leaf) !== file.startsWith('Valid'))
      .map(([file]) => file);
    expect(wrong).toEqual([]);
  });
});
