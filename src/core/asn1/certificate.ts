/** The few facts of a certificate that are shown beside its name, and where its key lies. */
import { Kept } from '../bytes/kept.ts';
import { Reader } from '../bytes/reader.ts';
import { isA, readDer, type DerNode } from './der.ts';
import { contentOf, integerHex, nameText, timeText } from './value.ts';
import { oidText } from './oid.ts';

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: PublicKey;
}

/** A SubjectPublicKeyInfo taken apart, RFC 5280 §4.1.2.7. */
export interface PublicKey {
  readonly algorithm: string;
  /** the curve of an EC key, dotted; else null */
  readonly curve: string | null;
  /** the whole SubjectPublicKeyInfo, DER */
  readonly spki: Uint8Array;
  /** contents of the BIT STRING: an RSAPublicKey, a point, or the raw key */
  readonly key: Uint8Array;
}

/**
 * @param der one certificate
 * @returns null where the bytes do not have the shape of a certificate
 */
export function certificateFacts(der: Uint8Array): CertificateFacts | null {
  return KEPT.of(der, read);
}

const KEPT = new Kept<CertificateFacts | null>(64);

function read(der: Uint8Array): CertificateFacts | null {
  const [certificate] = readDer(new Reader(der));
  const tbs = certificate?.children[0];
  if (!isA(certificate, 16) || !isA(tbs, 16)) return null;
  const parts = tbs.children[0]?.tagClass === 'context' ? tbs.children.slice(1) : tbs.children;
  const [serial, , issuer, validity, subject, info] = parts;
  const [notBefore, notAfter] = validity?.children ?? [];
  const key = info && publicKey(info, der);
  if (!isA(serial, 2) || !issuer || !subject || !notBefore || !notAfter || !key) return null;
  return {
    subject: nameText(subject, der),
    issuer: nameText(issuer, der),
    serial: integerHex(serial, der),
    notBefore: timeText(notBefore, der),
    notAfter: timeText(notAfter, der),
    key,
  };
}

/**
 * @param der one SubjectPublicKeyInfo
 * @returns null where the bytes do not have the shape of one
 */
export function publicKeyOf(der: Uint8Array): PublicKey | null {
  const [info] = readDer(new Reader(der));
  return info ? publicKey(info, der) : null;
}

function publicKey(info: DerNode, der: Uint8Array): PublicKey | null {
  const [algorithm, key] = info.children;
  const [oid, parameters] = algorithm?.children ?? [];
  if (!isA(oid, 6) || !isA(key, 3)) return null;
  return {
    algorithm: oidText(der, oid.content, oid.end) ?? '',
    curve: isA(parameters, 6) ? oidText(der, parameters.content, parameters.end) : null,
    spki: der.subarray(info.start, info.end),
    key: contentOf(key, der).subarray(1),
  };
}
