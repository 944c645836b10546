/** Makes requests and certificates: what a CA and those who ask it do. */
import { fromHex } from '../bytes/hex.ts';
import { toPem } from '../bytes/pem.ts';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { reading } from './der/read.ts';
import { certificateFrom, requestFrom, type InputError } from './input.ts';
import { randomBytes } from './keys/forge.ts';
import { readPrivateKey, type KeyError, type PrivateKey } from './keys/private-key.ts';
import { isSameKey, keyIdentifier, type PublicKey } from './keys/public-key.ts';
import { checkSignature } from './keys/signature.ts';
import { nameDer } from './names/name-text.ts';
import { listPlaces, sanOf, useExtensions } from './profile.ts';
import type { AuthorityTerms, Purpose, TermsError, Use } from './profile.ts';
import * as build from './x509/build.ts';
import { type Certificate } from './x509/certificate.ts';
import { alternativeNames, extensionOf, subjectKeyIdentifier } from './x509/extensions.ts';
import type { Request } from './x509/request.ts';

export type IssueError =
  InputError | KeyError | TermsError | Refusal<'badSerial' | 'keyMismatch' | 'requestNotSigned' | 'badValidity'>;

export type { Purpose };

/**
 * How long a certificate lives. `days` or `minutes` count from `now`; `notBefore` and `notAfter` (Unix ms) set an end
 * by hand, for certificates that are expired or not valid yet on purpose.
 */
export interface Lifetime {
  readonly now: number;
  readonly days?: number;
  readonly minutes?: number;
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** What the signer adds of its own. */
export interface Terms extends AuthorityTerms {
  /** where the signer's list of revoked certificates is found */
  readonly crlUrls?: readonly string[];
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Certificates begin a little before now, so that a peer whose clock is slightly behind takes them at once. */
export const BACKDATED_MS = 5 * MINUTE;
const AUTHORITY_DAYS = 3650;
const LEAF_DAYS = 365;

/**
 * A root authority: a certificate over its own key, signed with that key. Its limits bind whoever trusts it as openssl
 * does; RFC 5280 leaves that to them.
 *
 * @returns certificate as PEM
 */
export function createAuthority(
  options: Lifetime & Terms & { readonly privateKey: string; readonly subject: string },
): Result<string, IssueError> {
  const key = readPrivateKey(options.privateKey);
  if (!key.ok) return key;
  const subject = nameDer(options.subject);
  if (!subject.ok) return subject;
  const { publicKey } = key.value;
  const extensions = certificateExtensions('authority', publicKey, keyIdentifier(publicKey), options);
  if (!extensions.ok) return extensions;
  return certify({
    lifetime: { days: AUTHORITY_DAYS, ...options },
    serial: randomSerial(),
    ...{ issuer: subject.value, subject: subject.value, publicKey, signer: key.value },
    extensions: extensions.value,
  });
}

/**
 * A certificate signing request: a public key and a wished name, signed with the private key that belongs to it.
 *
 * @param options `names`: SAN entries to ask for, such as `localhost`, `127.0.0.1`, `email:a@b.ch`. `for`: the use that
 *   is asked for, as basicConstraints, keyUsage and extended key usage; nothing is said of it without.
 * @returns request as PEM
 */
export function createRequest(options: {
  readonly privateKey: string;
  readonly subject: string;
  readonly names?: readonly string[];
  readonly for?: Use;
}): Result<string, IssueError> {
  const key = readPrivateKey(options.privateKey);
  if (!key.ok) return key;
  const subject = nameDer(options.subject);
  if (!subject.ok) return subject;
  const names = sanOf(options.names ?? []);
  if (!names.ok) return names;
  const use = options.for === undefined ? done([]) : useExtensions(options.for, key.value.publicKey, {});
  if (!use.ok) return use;
  const wishes = [...use.value, ...names.value];
  return done(toPem('CERTIFICATE REQUEST', build.buildRequest(subject.value, wishes, key.value)));
}

/**
 * Signs a request: the CA takes the public key from it, and decides on everything else.
 *
 * @param options `subject` and `names` replace what the request asks for; `names: []` grants none. `serial` is hex.
 *   `for` decides on basicConstraints and key usages, whatever the request asks for; what became of each wish,
 *   `whatWasGranted` tells.
 * @returns certificate as PEM
 */
export function issueCertificate(
  options: Lifetime &
    Terms & {
      readonly request: string;
      readonly issuer: { readonly certificate: string; readonly privateKey: string };
      readonly for: Use;
      readonly serial?: string;
      readonly subject?: string;
      readonly names?: readonly string[];
    },
): Result<string, IssueError> {
  const request = requestFrom(options.request);
  if (!request.ok) return request;
  const { subject: wished, publicKey, algorithm, signed, signature } = request.value;
  const proof = reading(() => checkSignature(publicKey, algorithm, signed, signature));
  if (!proof.ok || !proof.value.holds) {
    return refused('requestNotSigned', 'The signature of this request does not fit the public key in it.');
  }
  const issuer = issuerOf(options.issuer);
  if (!issuer.ok) return issuer;
  const subject = options.subject === undefined ? done(wished.der) : nameDer(options.subject);
  if (!subject.ok) return subject;
  const names = options.names === undefined ? requestedNames(request.value) : sanOf(options.names);
  if (!names.ok) return names;
  const serial = options.serial === undefined ? done(randomSerial()) : givenSerial(options.serial);
  if (!serial.ok) return serial;
  const { certificate, key } = issuer.value;
  const extensions = certificateExtensions(options.for, publicKey, issuerKeyId(certificate), options);
  if (!extensions.ok) return extensions;
  return certify({
    lifetime: withinIssuer({ days: LEAF_DAYS, ...options }, certificate),
    serial: serial.value,
    ...{ issuer: certificate.subject.der, subject: subject.value, publicKey, signer: key },
    extensions: [...extensions.value, ...names.value],
  });
}

/**
 * A leaf certificate that no CA signed: its own key did. Whoever trusts only authorities refuses it.
 *
 * @returns certificate as PEM
 */
export function selfSign(
  options: Lifetime & {
    readonly privateKey: string;
    readonly subject: string;
    readonly for: Exclude<Use, 'authority'>;
    readonly names?: readonly string[];
  },
): Result<string, IssueError> {
  const key = readPrivateKey(options.privateKey);
  if (!key.ok) return key;
  const subject = nameDer(options.subject);
  if (!subject.ok) return subject;
  const names = sanOf(options.names ?? []);
  if (!names.ok) return names;
  const { publicKey } = key.value;
  const extensions = certificateExtensions(options.for, publicKey, keyIdentifier(publicKey), {});
  if (!extensions.ok) return extensions;
  return certify({
    lifetime: { days: LEAF_DAYS, ...options },
    serial: randomSerial(),
    ...{ issuer: subject.value, subject: subject.value, publicKey, signer: key.value },
    extensions: [...extensions.value, ...names.value],
  });
}

interface Draft {
  readonly lifetime: Lifetime;
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: PublicKey;
  readonly signer: PrivateKey;
  readonly extensions: readonly Uint8Array[];
}

function certify({ lifetime, signer, ...content }: Draft): Result<string, IssueError> {
  const { now, days = LEAF_DAYS, minutes } = lifetime;
  const notBefore = lifetime.notBefore ?? now - BACKDATED_MS;
  const notAfter = lifetime.notAfter ?? now + (minutes === undefined ? days * DAY : minutes * MINUTE);
  if (!(notBefore < notAfter)) return refused('badValidity', 'The certificate would end before it begins.');
  return done(toPem('CERTIFICATE', build.buildCertificate({ ...content, notBefore, notAfter }, signer)));
}

/** A leaf of a CA that was made a moment ago does not claim to be older than its CA. */
function withinIssuer(lifetime: Lifetime, issuer: Certificate): Lifetime {
  const notBefore =
    lifetime.notBefore ?? Math.max(lifetime.now - BACKDATED_MS, Math.min(issuer.notBefore, lifetime.now));
  return { ...lifetime, notBefore };
}

/** What every certificate says of its use and of the two keys. */
function certificateExtensions(
  use: Use,
  key: PublicKey,
  signerKeyId: Uint8Array,
  terms: Terms,
): Result<Uint8Array[], TermsError> {
  const own = useExtensions(use, key, terms);
  if (!own.ok) return own;
  const places = listPlaces(terms.crlUrls ?? []);
  if (!places.ok) return places;
  return done([...own.value, build.subjectKeyId(key), build.authorityKeyId(signerKeyId), ...places.value]);
}

/** The CA's certificate and key, once they are seen to belong together. */
export function issuerOf(issuer: {
  readonly certificate: string;
  readonly privateKey: string;
}): Result<{ certificate: Certificate; key: PrivateKey }, InputError | KeyError | Refusal<'keyMismatch'>> {
  const certificate = certificateFrom(issuer.certificate);
  if (!certificate.ok) return certificate;
  const key = readPrivateKey(issuer.privateKey);
  if (!key.ok) return key;
  if (!isSameKey(certificate.value.publicKey, key.value.publicKey)) {
    return refused('keyMismatch', "The issuer's private key does not belong to the issuer's certificate.");
  }
  return done({ certificate: certificate.value, key: key.value });
}

/** The key identifier that the issuer gives itself, or the usual one when it gives none. */
export function issuerKeyId({ extensions, publicKey }: Certificate): Uint8Array {
  const own = extensionOf(extensions, 'subjectKeyIdentifier');
  const read = own && reading(() => subjectKeyIdentifier(own));
  return read?.ok ? read.value : keyIdentifier(publicKey);
}

/** The SAN that a request asks for, copied byte for byte if it is one that can be read. */
function requestedNames({ extensions }: Request): Result<Uint8Array[], IssueError> {
  const wish = extensionOf(extensions, 'subjectAltName');
  if (wish === null) return done([]);
  const names = reading(() => alternativeNames(wish));
  if (!names.ok) return refused('damaged', `The names in this request are damaged. ${names.error.why}`);
  return done(names.value.length > 0 ? [build.extension('subjectAltName', wish.isCritical, wish.value)] : []);
}

/** 127 random bits: positive, and never guessed or given twice (RFC 5280 section 4.1.2.2 allows up to 20 bytes). */
function randomSerial(): Uint8Array {
  const bytes = randomBytes(16).map((byte, at) => (at === 0 ? byte & 0x7f : byte));
  return bytes.some((byte) => byte !== 0) ? bytes : randomSerial();
}

function givenSerial(hex: string): Result<Uint8Array, IssueError> {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const bytes = fromHex(even);
  const isFit = bytes.ok && bytes.value.length <= 20 && bytes.value.some((byte) => byte !== 0);
  return isFit ? done(bytes.value) : refused('badSerial', 'A serial number is 1 to 20 bytes in hex, and not zero.');
}
