/** Revocation lists of a run, as far as lists that say the same have to be made by the openssl program. */
import { isoTime } from '../asn1/time.ts';
import { toHex } from '../bytes/hex.ts';
import { fromPem } from '../bytes/pem.ts';
import { crlNumber, parseCrl, type Crl, type RevokedEntry } from '../pki/x509/crl.ts';
import type { ProofCertificate } from './certificates.ts';
import { mayBeBy } from './x509.ts';

export interface ProofList {
  readonly crl: Crl;
  /** name of the certificate whose key signed it */
  readonly signer: string;
}

/** @returns null where one of them cannot be read, or nobody of the run has signed it */
export function listsOf(pems: readonly string[], all: readonly ProofCertificate[]): readonly ProofList[] | null {
  const lists: ProofList[] = [];
  for (const pem of pems) {
    const blocks = fromPem(pem);
    for (const { der } of blocks.ok ? blocks.value : []) {
      const read = parseCrl(der);
      if (!read.ok) return null;
      const { algorithm, signed, signature: value } = read.value;
      const signer = all.find(({ x509 }) => mayBeBy({ algorithm: algorithm.oid, signed, value }, x509));
      if (!signer) return null;
      lists.push({ crl: read.value, signer: signer.name });
    }
  }
  return lists;
}

/** Lines of the script that make a list. */
export function listLines({ crl, signer }: ProofList): string[] {
  const { thisUpdate, nextUpdate, revoked } = crl;
  const number = crlNumber(crl);
  const dates = [thisUpdate, nextUpdate ?? thisUpdate].map(opensslTime).join(' ');
  return [
    `list ${signer} ${number?.toString(16).padStart(2, '0') ?? '01'} ${dates} <<'REVOKED'`,
    ...revoked.map(indexLine),
    'REVOKED',
  ];
}

/** A line of the database of openssl-ca(1): revoked, runs out, when and why, serial, file, subject. */
function indexLine({ serial, at, reason }: RevokedEntry): string {
  const why = reason === null || reason === 'unspecified' ? '' : `,${reason}`;
  return [
    'R',
    '491231235959Z',
    opensslTime(at).slice(2) + why,
    toHex(serial).toUpperCase(),
    'unknown',
    '/CN=revoked',
  ].join('\t');
}

/** `20260801120000Z`; the database takes it without the century. */
function opensslTime(ms: number): string {
  return isoTime(ms).replace(/[-T:]/g, '');
}
