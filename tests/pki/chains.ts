/**
 * Certificates and revocation lists made field by field, also such as no program would make. What a wish leaves out is
 * as RFC 5280 wants it. Signed by Node's OpenSSL, so that our own code makes none of what it judges.
 */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { OID, type OidName } from '../../src/core/asn1/oids.ts';
import { TAG } from '../../src/core/asn1/tag.ts';
import * as der from '../../src/core/asn1/write.ts';
import { toUtf8 } from '../../src/core/bytes/utf8.ts';
import { generalNameDer } from '../../src/core/pki/names/general-name.ts';
import { nameDer } from '../../src/core/pki/names/name-text.ts';
import * as build from '../../src/core/pki/x509/build.ts';
import { keyIdentifier, readPublicKey } from '../../src/core/pki/keys/public-key.ts';
import { DerReader } from '../../src/core/pki/der/read.ts';
import { Reader } from '../../src/core/bytes/reader.ts';
import { toPem } from '../../src/core/bytes/pem.ts';

export interface Key {
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo */
  readonly info: Uint8Array;
  /** what a key identifier is usually made of */
  readonly id: Uint8Array;
}

/** How a certificate or list is signed. */
export interface Scheme {
  /** AlgorithmIdentifier */
  readonly algorithm: Uint8Array;
  sign(bytes: Uint8Array, key: Key): Uint8Array;
}

const algorithm = (name: OidName, parameters?: Uint8Array) =>
  parameters ? der.sequence(der.oid(OID[name]), parameters) : der.sequence(der.oid(OID[name]));
const scheme = (name: OidName, hash: string | null, parameters?: Uint8Array): Scheme => ({
  algorithm: algorithm(name, parameters),
  sign: (bytes, { privateKey }) => new Uint8Array(sign(hash, bytes, privateKey)),
});

export const ECDSA_SHA256 = scheme('ecdsa-with-SHA256', 'sha256');
export const ECDSA_SHA1 = scheme('ecdsa-with-SHA1', 'sha1');
export const RSA_SHA256 = scheme('sha256WithRSAEncryption', 'sha256', der.NULL);
export const RSA_SHA1 = scheme('sha1WithRSAEncryption', 'sha1', der.NULL);
export const RSA_MD5 = scheme('md5WithRSAEncryption', 'md5', der.NULL);

const idOf = (info: Uint8Array) => keyIdentifier(readPublicKey(new DerReader(new Reader(info))));
const keyOf = ({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): Key => {
  const info = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  return { privateKey, info, id: idOf(info) };
};
export const ecKey = (namedCurve = 'prime256v1'): Key => keyOf(generateKeyPairSync('ec', { namedCurve }));
export const explicitEcKey = (): Key =>
  keyOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' }));
export const ed25519Key = (): Key => keyOf(generateKeyPairSync('ed25519'));
export const rsaKey = (modulusLength = 2048, publicExponent = 0x10001): Key =>
  keyOf(generateKeyPairSync('rsa', { modulusLength, publicExponent }));
export const dsaKey = (): Key => keyOf(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }));
/** A key whose bytes a test has made up. */
export const withInfo = (key: Key, info: Uint8Array): Key => ({ ...key, info });

/** Times that hold for any test. */
export const DAY = 86_400_000;
export const NOW = Date.UTC(2026, 7, 1);

export interface Made {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly key: Key;
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  /** content of the INTEGER */
  readonly serial: Uint8Array;
}

export interface Wish {
  /** text, or the DER of a Name */
  readonly subject?: string | Uint8Array;
  readonly issuer?: string | Uint8Array;
  readonly key?: Key;
  /** content of the INTEGER */
  readonly serial?: Uint8Array;
  /** Unix ms, or the DER of a time */
  readonly from?: number | Uint8Array;
  readonly to?: number | Uint8Array;
  readonly version?: 1 | 2 | 3;
  /** extensions by name that replace the usual ones; null leaves one out */
  readonly with?: Readonly<Partial<Record<OidName, Uint8Array | null>>>;
  /** further extensions */
  readonly extra?: readonly Uint8Array[];
  readonly scheme?: Scheme;
  /** another AlgorithmIdentifier in the signed part */
  readonly innerAlgorithm?: Uint8Array;
  /** the key that really signs, when it is not the issuer's */
  readonly signedBy?: Key;
  /** a change to the finished bytes */
  readonly spoil?: (der: Uint8Array) => Uint8Array;
}

export const name = (text: string): Uint8Array => {
  const made = nameDer(text);
  if (!made.ok) throw new Error(made.error.why);
  return made.value;
};
export const EMPTY_NAME = der.sequence();

/** A GeneralName from `DNS:…`, `IP:…`, `email:…`, `URI:…`, or from `dir:CN=…`. */
export const general = (text: string): Uint8Array => {
  if (text.startsWith('dir:')) return der.explicit(4, name(text.slice(4)));
  const made = generalNameDer(text);
  if (!made.ok) throw new Error(made.error.why);
  return made.value;
};
/** A GeneralName that no program would write: its tag number and its text or bytes. */
export const rawGeneral = (number: number, content: string | Uint8Array): Uint8Array =>
  der.implicit(number, typeof content === 'string' ? toUtf8(content) : content);
export const otherName = (): Uint8Array => der.explicit(0, der.oid('1.3.6.1.4.1.55738.1'), der.explicit(0, der.NULL));

const generals = (names: readonly (string | Uint8Array)[]) =>
  names.map((one) => (typeof one === 'string' ? general(one) : one));

export const extension = (type: string, isCritical: boolean, value: Uint8Array): Uint8Array =>
  der.sequence(der.oid(type), ...(isCritical ? [der.TRUE] : []), der.octetString(value));
export const altNames = (names: readonly (string | Uint8Array)[], isCritical = false): Uint8Array =>
  build.extension('subjectAltName', isCritical, der.sequence(...generals(names)));
export const limits = (
  permitted: readonly (string | Uint8Array)[] | null,
  excluded: readonly (string | Uint8Array)[] | null = null,
  isCritical = true,
): Uint8Array => {
  const trees = (number: number, names: readonly (string | Uint8Array)[] | null) =>
    names === null ? [] : [der.explicit(number, ...generals(names).map((base) => der.sequence(base)))];
  return build.extension('nameConstraints', isCritical, der.sequence(...trees(0, permitted), ...trees(1, excluded)));
};
export const authority = (pathLength?: number, isCritical = true): Uint8Array =>
  build.extension(
    'basicConstraints',
    isCritical,
    der.sequence(der.TRUE, ...(pathLength === undefined ? [] : [der.integer(pathLength)])),
  );
export const usages = (...bits: readonly number[]): Uint8Array =>
  build.extension('keyUsage', true, der.namedBits(bits));
export const [DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, CERT_SIGN, CRL_SIGN] = [0, 2, 5, 6];
export const purposes = build.purposes;
export const authorityId = (id: Uint8Array): Uint8Array => build.authorityKeyId(id);
/** A network as nameConstraints writes it. */
export const network = (...bytes: readonly number[]): Uint8Array => rawGeneral(7, Uint8Array.from(bytes));

let count = 0;
const serialOf = (number: number) => Uint8Array.from([0x10, number >> 8, number & 0xff]);

const timeOf = (time: number | Uint8Array) => (typeof time === 'number' ? der.time(time) : time);
/** A time in the form that is not the one for its year. */
export const generalizedTime = (text: string): Uint8Array => der.element(TAG.generalizedTime, toUtf8(text));
export const utcTime = (text: string): Uint8Array => der.element(TAG.utcTime, toUtf8(text));

function made(wish: Wish, parent: Made | null, usual: Partial<Record<OidName, Uint8Array>>, subject: string): Made {
  const key = wish.key ?? ecKey();
  const own = nameOf(wish.subject ?? subject);
  const issuer = wish.issuer === undefined ? (parent?.subject ?? own) : nameOf(wish.issuer);
  const signer = wish.signedBy ?? parent?.key ?? key;
  const how = wish.scheme ?? usualScheme(signer);
  const serial = wish.serial ?? serialOf(count++);
  const chosen = Object.values({ ...usual, ...wish.with }).filter((value) => value !== null);
  const extensions = [...chosen, ...(wish.extra ?? [])];
  const version = wish.version ?? 3;
  const signed = der.sequence(
    ...(version === 1 ? [] : [der.explicit(0, der.integer(version - 1))]),
    der.element(TAG.integer, serial),
    wish.innerAlgorithm ?? how.algorithm,
    issuer,
    der.sequence(timeOf(wish.from ?? NOW - 400 * DAY), timeOf(wish.to ?? NOW + 400 * DAY)),
    own,
    key.info,
    ...(extensions.length > 0 ? [der.explicit(3, der.sequence(...extensions))] : []),
  );
  const whole = der.sequence(signed, how.algorithm, der.bitString(how.sign(signed, signer)));
  const bytes = wish.spoil?.(whole) ?? whole;
  return { der: bytes, pem: toPem('CERTIFICATE', bytes), key, subject: own, issuer, serial };
}

const nameOf = (wish: string | Uint8Array) => (typeof wish === 'string' ? name(wish) : wish);
const usualScheme = ({ privateKey }: Key): Scheme => {
  if (privateKey.asymmetricKeyType === 'rsa') return RSA_SHA256;
  if (privateKey.asymmetricKeyType === 'ed25519') return scheme('id-Ed25519', null);
  if (privateKey.asymmetricKeyType === 'dsa') return DSA_SHA256;
  return ECDSA_SHA256;
};
const DSA_SHA256: Scheme = {
  algorithm: der.sequence(der.oid('2.16.840.1.101.3.4.3.2')),
  sign: (bytes, { privateKey }) => new Uint8Array(sign('sha256', bytes, privateKey)),
};

const ids = (key: Key, parent: Made | null) => ({
  subjectKeyIdentifier: build.extension('subjectKeyIdentifier', false, der.octetString(key.id)),
  ...(parent ? { authorityKeyIdentifier: authorityId(parent.key.id) } : {}),
});

export function root(wish: Wish = {}): Made {
  const key = wish.key ?? ecKey();
  const usual = { basicConstraints: authority(), keyUsage: usages(CERT_SIGN, CRL_SIGN), ...ids(key, null) };
  return made({ ...wish, key }, null, usual, 'CN=Root');
}

export function middle(parent: Made, wish: Wish = {}): Made {
  const key = wish.key ?? ecKey();
  const usual = { basicConstraints: authority(), keyUsage: usages(CERT_SIGN, CRL_SIGN), ...ids(key, parent) };
  return made({ ...wish, key }, parent, usual, `CN=Authority ${count}`);
}

/** An end entity for `example.com`. */
export function leaf(parent: Made | null, wish: Wish = {}): Made {
  const key = wish.key ?? ecKey();
  const usual = {
    ...ids(key, parent),
    keyUsage: usages(DIGITAL_SIGNATURE),
    extKeyUsage: purposes('serverAuth'),
    subjectAltName: altNames(['DNS:example.com']),
  };
  return made({ ...wish, key }, parent, usual, 'CN=example.com');
}

export interface ListWish {
  readonly issuer?: Uint8Array;
  readonly signedBy?: Key;
  /** contents of the INTEGERs */
  readonly revoked?: readonly { serial: Uint8Array; at?: number; extensions?: readonly Uint8Array[] }[];
  readonly from?: number;
  readonly to?: number | null;
  readonly version?: 1 | 2 | 5;
  readonly with?: Readonly<Partial<Record<OidName, Uint8Array | null>>>;
  readonly extra?: readonly Uint8Array[];
}

/** A revocation list of an authority, as PEM. */
export function list(by: Made, wish: ListWish = {}): string {
  const signer = wish.signedBy ?? by.key;
  const how = usualScheme(signer);
  const usual = {
    authorityKeyIdentifier: authorityId(by.key.id),
    cRLNumber: build.extension('cRLNumber', false, der.integer(7)),
  };
  const extensions = [...Object.values({ ...usual, ...wish.with }), ...(wish.extra ?? [])].filter(
    (one) => one !== null,
  );
  const version = wish.version ?? 2;
  const entries = (wish.revoked ?? []).map(({ serial, at = NOW - DAY, extensions: more = [] }) =>
    der.sequence(der.element(TAG.integer, serial), der.time(at), ...(more.length > 0 ? [der.sequence(...more)] : [])),
  );
  const next = wish.to === undefined ? NOW + 30 * DAY : wish.to;
  const signed = der.sequence(
    ...(version === 1 ? [] : [der.integer(version - 1)]),
    how.algorithm,
    wish.issuer ?? by.subject,
    der.time(wish.from ?? NOW - 2 * DAY),
    ...(next === null ? [] : [der.time(next)]),
    ...(entries.length > 0 ? [der.sequence(...entries)] : []),
    ...(extensions.length > 0 && version !== 1 ? [der.explicit(0, der.sequence(...extensions))] : []),
  );
  return toPem('X509 CRL', der.sequence(signed, how.algorithm, der.bitString(how.sign(signed, signer))));
}
