/** The judge for whoever has PEM texts: the page, the command line, the lessons' checks. */
import { sha256 } from '@noble/hashes/sha2.js';
import { isoTime } from '../asn1/time.ts';
import { toHex } from '../bytes/hex.ts';
import { blockKind, fromPem } from '../bytes/pem.ts';
import { done, refused, type Result } from '../bytes/result.ts';
import type { CheckName, PathCheck } from './explain/check.ts';
import { judge } from './explain/explain.ts';
import { serialText } from './facts.ts';
import { blocksOf, certificateFrom, type InputError } from './input.ts';
import type { Purpose } from './issue.ts';
import { nameText } from './names/name-text.ts';
import { parseCertificate, type Certificate } from './x509/certificate.ts';
import { parseCrl, type Crl } from './x509/crl.ts';

export type { PathCheck };

/** A certificate of a path, as far as one needs to recognise it. */
export interface PathCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly sha256: string;
}

export interface ExplainedPath {
  readonly trusted: boolean;
  /** whether it ends at an anchor; else it broke off at its last certificate */
  readonly anchored: boolean;
  /** leaf first */
  readonly certificates: readonly PathCertificate[];
  readonly checks: readonly PathCheck[];
}

export interface Explanation {
  readonly trusted: boolean;
  /** the best first; at least one */
  readonly paths: readonly ExplainedPath[];
  /** a sentence for each certificate beside the judged one that could not be read, and was passed over */
  readonly unread: readonly string[];
}

/**
 * Whether a certificate is to be trusted, with every check of every way to an anchor and its reason.
 *
 * @param options PEM texts, each with one or several blocks. `certificate`: the first one is judged, the others of its
 *   text came along like `untrusted`. `crls`: with any, every certificate below the anchor needs a fresh list.
 *   `purpose` and `host` are judged where they are given; a host may be a name, an address or a mail address.
 *   `strict` refuses also what only strict verifiers refuse (`openssl verify -x509_strict`). `now`: Unix ms.
 * @returns the explanation; a text that holds nothing of the kind, a judged certificate or a list that is damaged, is
 *   refused with what is wrong
 */
export function explain(options: {
  readonly certificate: string;
  readonly untrusted?: readonly string[];
  readonly anchors: readonly string[];
  readonly crls?: readonly string[];
  readonly purpose?: Purpose;
  readonly host?: string;
  readonly strict?: boolean;
  readonly now: number;
}): Result<Explanation, InputError> {
  const leaf = certificateFrom(options.certificate);
  if (!leaf.ok) return leaf;
  const untrusted = allFrom([options.certificate, ...(options.untrusted ?? [])], 'that came along');
  if (!untrusted.ok) return untrusted;
  const anchors = allFrom(options.anchors, 'to be trusted');
  if (!anchors.ok) return anchors;
  const crls = crlsFrom(options.crls ?? []);
  if (!crls.ok) return crls;
  const { purpose, host, strict = false, now } = options;
  const wanted = { ...(purpose === undefined ? {} : { purpose }), ...(host === undefined ? {} : { host }) };
  const question = { at: now, isStrict: strict, ...wanted };
  const evidence = {
    ...{ leaf: leaf.value, untrusted: untrusted.value.certificates },
    ...{ anchors: anchors.value.certificates, crls: crls.value },
  };
  const paths = judge(evidence, question).map(({ isTrusted, isAnchored, certificates, checks }) => ({
    trusted: isTrusted,
    anchored: isAnchored,
    certificates: certificates.map(pathCertificate),
    checks,
  }));
  const unread = [...anchors.value.unread, ...untrusted.value.unread];
  return done({ trusted: paths.some(({ trusted }) => trusted), paths, unread });
}

/** One check of a certificate or of an authority above it. */
export interface Check {
  readonly name: CheckName;
  readonly holds: boolean;
  readonly why: string;
}

/**
 * The checks of the best way to an anchor, leaf first: trusted when all hold.
 *
 * @param options `anchors`: PEM texts of the trusted authorities. `now`: Unix ms.
 */
export function trustedFor(options: {
  readonly certificate: string;
  readonly anchors: readonly string[];
  readonly purpose: Purpose;
  readonly now: number;
}): Result<readonly Check[], InputError> {
  const explained = explain(options);
  if (!explained.ok) return explained;
  const checks = explained.value.paths[0]?.checks ?? [];
  return done(checks.map(({ name, state, why }) => ({ name, holds: state !== 'fails', why })));
}

function pathCertificate({ subject, issuer, serial, notBefore, notAfter, der }: Certificate): PathCertificate {
  return {
    subject: nameText(subject),
    issuer: nameText(issuer),
    serial: serialText(serial),
    notBefore: isoTime(notBefore),
    notAfter: isoTime(notAfter),
    sha256: toHex(sha256(der)),
  };
}

interface Read {
  readonly certificates: readonly Certificate[];
  readonly unread: readonly string[];
}

/** A damaged certificate among others does not keep those from being judged. */
function allFrom(texts: readonly string[], what: string): Result<Read, InputError> {
  const certificates: Certificate[] = [];
  const unread: string[] = [];
  for (const text of texts) {
    const blocks = blocksOf(text, 'certificate');
    if (!blocks.ok) return blocks;
    for (const { der } of blocks.value) {
      const read = parseCertificate(der);
      if (read.ok) certificates.push(read.value);
      else unread.push(`A certificate ${what} is damaged, and passed over. ${read.error.why}`);
    }
  }
  return done({ certificates, unread });
}

function crlsFrom(texts: readonly string[]): Result<Crl[], InputError> {
  const all: Crl[] = [];
  for (const text of texts) {
    const blocks = fromPem(text);
    if (!blocks.ok) return refused('notPem', blocks.error.why);
    const lists = blocks.value.filter((block) => blockKind(block) === 'revocation list');
    if (lists.length === 0) return refused('wrongKind', 'A revocation list is needed, and there is none in this text.');
    for (const { der } of lists) {
      const read = parseCrl(der);
      if (!read.ok) return refused('damaged', `This revocation list is damaged. ${read.error.why}`);
      all.push(read.value);
    }
  }
  return done(all);
}
