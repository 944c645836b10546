/** The desk's own CA, as far as the desk uses it while it runs: to revoke, and to renew what it has issued. */
import type { Secret } from '../../src/core/bytes/secret.ts';
import { type Result, refused } from '../../src/core/bytes/result.ts';
import { issueCertificate, readCertificate, readRequest } from '../../src/core/pki/pki.ts';

export interface Authority {
  /** @returns the serial as the list has it, lower-case hex */
  revoke(serial: string): Promise<Result<string>>;
  /**
   * A new certificate for the holder of an old one: the same subject and names, the same length of life, from now.
   *
   * @param csr PEM; its public key may be another one
   * @param certificate the old one, PEM
   * @returns PEM; else `otherSubject`, or why the request cannot be signed
   */
  renew(csr: string, certificate: string): Result<string>;
}

/** A certificate begins five minutes before it is made, so that clocks that are behind take it. */
const BACKDATED_MS = 5 * 60_000;
const SHORTEST_MS = 60_000;
const LONGEST_MS = 398 * 24 * 60 * 60_000;
/** PEM text of a request for an RSA key of 8192 bits; checking a bigger one keeps everybody waiting. */
const REQUEST_CHARACTERS = 4_500;
const LEAST_RSA_BITS = 2048;

/** @param ca certificate and key, PEM; `now` Unix time in ms */
export function createRenewal(
  ca: { readonly certificate: string; readonly privateKey: Secret },
  now: () => number,
): Authority['renew'] {
  return (csr, certificate) => {
    if (csr.length > REQUEST_CHARACTERS) return refused('tooLarge', 'This request is larger than any that is needed.');
    const old = readCertificate(certificate);
    if (!old.ok) return old;
    const asked = readRequest(csr);
    if (!asked.ok) return asked;
    const { subject, keyKind, bits } = asked.value;
    if (subject !== old.value.subject)
      return refused<'otherSubject'>(
        'otherSubject',
        `The request is for "${subject.slice(0, 200)}", and this certificate for "${old.value.subject.slice(0, 200)}".`,
      );
    if (keyKind === 'RSA' && (bits ?? 0) < LEAST_RSA_BITS)
      return refused('weakKey', `An RSA key has at least ${LEAST_RSA_BITS} bits, and this one ${bits ?? 0}.`);
    const life = Date.parse(old.value.notAfter) - Date.parse(old.value.notBefore) - BACKDATED_MS;
    return issueCertificate({
      request: csr,
      issuer: { certificate: ca.certificate, privateKey: ca.privateKey.reveal() },
      for: 'client',
      names: old.value.names.map((name) => name.replace(/^(DNS|IP):/, '')),
      now: now(),
      notAfter: Math.min(now() + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, life)), endOf(ca.certificate)),
    });
  };
}

function endOf(certificate: string): number {
  const facts = readCertificate(certificate);
  return facts.ok ? Date.parse(facts.value.notAfter) : Infinity;
}
