// RFC 5280, 6125 and 9525 rule by rule: chains made field by field, and what the rule says of each. `openssl verify` is
// asked the same, with what TLS asks of it today: -partial_chain, -auth_level 2. Where it answers otherwise, the case
// has its answer.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../../tests/programs.ts';
import { Openssl } from '../../../../tests/openssl.ts';
import * as made from '../../../../tests/pki/chains.ts';
import { DAY, leaf, list, middle, NOW, root, type Made, type Wish } from '../../../../tests/pki/chains.ts';
import * as der from '../../asn1/write.ts';
import { OID } from '../../asn1/oids.ts';
import { concat } from '../../bytes/reader.ts';
import { explain } from '../pki.ts';
import { extension } from '../x509/build.ts';
import type { CheckName } from './check.ts';

interface Chain {
  /** leaf first, the anchor last */
  path: readonly Made[];
  anchors?: readonly Made[];
  untrusted?: readonly Made[];
  crls?: readonly string[];
  host?: string | null;
  purpose?: 'client' | 'server' | null;
  at?: number;
  /** refuses what only strict verifiers refuse */
  strict?: boolean;
}

interface Case extends Chain {
  /** nothing: the chain is trusted */
  fails?: CheckName | 'damaged';
  /** openssl's verdict, where it is not ours */
  openssl?: boolean;
}

type Rule = () => Case;

/** Root and leaf. */
const short = (of: { root?: Wish; leaf?: Wish }): Pick<Chain, 'path'> => {
  const top = root(of.root);
  return { path: [leaf(top, of.leaf), top] };
};
/** Root, authority and leaf. */
const long = (of: { root?: Wish; middle?: Wish; leaf?: Wish }): Pick<Chain, 'path'> => {
  const top = root(of.root);
  const between = middle(top, of.middle);
  return { path: [leaf(between, of.leaf), between, top] };
};
const san = (...names: (string | Uint8Array)[]): Wish => ({ with: { subjectAltName: made.altNames(names) } });
const limited = (
  permitted: readonly (string | Uint8Array)[] | null,
  excluded: readonly (string | Uint8Array)[] | null = null,
): Wish => ({
  with: { nameConstraints: made.limits(permitted, excluded) },
});
/** openssl takes the first issuer that fits, and never comes back for another. */
const NO_WAY_BACK = { openssl: false };
/** openssl wants a list for the anchor, too. */
const ROOT_TOO = { openssl: false };
const RSA = made.rsaKey();
const DSA = made.dsaKey();
const unknown = (isCritical: boolean) => made.extension('1.3.6.1.4.1.55738.666', isCritical, Uint8Array.of());

/** Root, authorities with these path lengths, leaf. */
function chainOf(...lengths: readonly number[]): Pick<Chain, 'path'> {
  const path = [root()];
  for (const length of lengths)
    path.unshift(middle(path[0] as Made, { with: { basicConstraints: made.authority(length) } }));
  return { path: [leaf(path[0] as Made), ...path] };
}

type Names = readonly (string | Uint8Array)[];

/** Limits in the root, names in the leaf. */
function nc(permitted: Names | null, excluded: Names | null, names: Names, host: string): Chain {
  return { ...short({ root: limited(permitted, excluded), leaf: san(...names) }), host };
}

function narrowed(permitted: Names | null, excluded: Names | null, between: string, end: string, host: string): Chain {
  const top = root(limited(permitted, excluded));
  const [first, second] = [middle(top), null];
  const third = middle(second ?? first, san(between));
  return { path: [leaf(third, san(end)), third, first, top], host };
}

function nested(upper: Names, lower: Names): Chain {
  const top = root();
  const first = middle(top, limited(upper));
  const second = middle(first, limited(lower));
  return { path: [leaf(second, san('DNS:foo.example.com')), second, first, top], host: 'foo.example.com' };
}

function mail(permitted: Names, names: Names): Chain {
  const wish = { with: { ...san(...names).with, extKeyUsage: made.purposes('clientAuth') } };
  return { ...long({ middle: limited(permitted), leaf: wish }), host: null, purpose: 'client' };
}

function dn(permitted: Names | null, excluded: Names | null, subject: string, name: string): Chain {
  return { ...short({ root: limited(permitted, excluded), leaf: { subject, ...san(name) } }), host: null };
}

function uri(permitted: Names | null, excluded: Names | null, name: string | Uint8Array): Chain {
  return { ...short({ root: limited(permitted, excluded), leaf: san(name) }), host: null };
}

/** An IPv6 network of the address ::last. */
function v6(last: number, bits: number): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes[15] = last;
  for (let bit = 0; bit < bits; bit++) bytes[16 + (bit >> 3)] = (bytes[16 + (bit >> 3)] ?? 0) | (0x80 >> (bit & 7));
  return bytes;
}

/** What the client dialled, the name in the certificate, and whether they fit. */
function hosts(
  table: Readonly<Record<string, Readonly<Record<string, boolean | 'openssl'>>>>,
): Readonly<Record<string, Rule>> {
  const rules: Record<string, Rule> = {};
  for (const [host, names] of Object.entries(table)) {
    for (const [given, fits] of Object.entries(names)) {
      const name = given.startsWith('DNS:') ? made.rawGeneral(2, given.slice(4)) : given;
      rules[`${host} and ${given}`] = () => ({
        ...{ ...short({ leaf: san(name) }), host },
        ...(fits === true ? {} : { fails: 'host' }),
        ...(fits === 'openssl' ? { openssl: true } : {}),
      });
    }
  }
  return rules;
}

const access = (isCritical: boolean) =>
  extension(
    'authorityInfoAccess',
    isCritical,
    der.sequence(der.sequence(der.oid(OID.caIssuers), made.general('URI:http://a.test/'))),
  );

/** An RSA key with another exponent. */
function rsaInfo(key: made.Key, exponent: number): Uint8Array {
  const { n } = key.privateKey.export({ format: 'jwk' });
  const modulus = new Uint8Array(Buffer.from(n ?? '', 'base64url'));
  const numbers = der.sequence(der.integer(modulus), der.integer(exponent));
  return der.sequence(der.sequence(der.oid(OID.rsaEncryption), der.NULL), der.bitString(numbers));
}

interface ListRule extends Omit<made.ListWish, 'revoked'> {
  revoked?: readonly Uint8Array[];
  /** where the leaf says that its list is */
  at?: string;
  fails?: CheckName | 'damaged';
  openssl?: boolean;
}

/** A list of the root, which is the leaf's issuer. */
function lists(table: Readonly<Record<string, ListRule>>): Readonly<Record<string, Rule>> {
  const rule =
    ({ revoked = [], at, fails, openssl, ...wish }: ListRule): Rule =>
    () => {
      const point = (uri: string) => der.sequence(der.explicit(0, der.explicit(0, made.general(`URI:${uri}`))));
      const extra = at === undefined ? [] : [extension('cRLDistributionPoints', false, der.sequence(point(at)))];
      const { path } = short({ leaf: { extra } });
      const crl = list(path[1] as Made, { ...wish, revoked: revoked.map((serial) => ({ serial })) });
      return { path, crls: [crl], ...(fails ? { fails } : {}), ...(openssl === undefined ? {} : { openssl }) };
    };
  return Object.fromEntries(Object.entries(table).map(([name, row]) => [name, rule(row)]));
}

const scope = (...parts: readonly Uint8Array[]) => extension('issuingDistributionPoint', true, der.sequence(...parts));
const place = (uri: string) => scope(der.explicit(0, der.explicit(0, made.general(`URI:${uri}`))));

const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'the form of a certificate': {
    'as it should be': () => short({}),
    'an extension that comes twice': () => ({
      ...short({ leaf: { extra: [made.altNames(['DNS:example.com'])] } }),
      ...{ fails: 'damaged' as const },
    }),
    'a signature algorithm that is another inside': () => ({
      ...short({ leaf: { innerAlgorithm: made.RSA_SHA256.algorithm } }),
      fails: 'damaged' as const,
    }),
    'extensions in version 1': () => ({ ...short({ leaf: { version: 1 } }), fails: 'profile', openssl: true }),
    'a leaf of version 1': () => {
      const none = { subjectKeyIdentifier: null, keyUsage: null, extKeyUsage: null, subjectAltName: null };
      return {
        ...short({ leaf: { version: 1, with: { ...none, authorityKeyIdentifier: null } } }),
        ...{ fails: 'host', openssl: true },
      };
    },
    'a serial number of zero': () => ({
      ...short({ leaf: { serial: Uint8Array.of(0) } }),
      ...{ fails: 'profile', openssl: true },
    }),
    'an anchor with a serial number of zero': () => short({ root: { serial: Uint8Array.of(0) } }),
    'a serial number of 20 bytes': () => short({ leaf: { serial: new Uint8Array(20).fill(0x7f) } }),
    'a serial number of 21 bytes': () => ({
      ...short({ leaf: { serial: new Uint8Array(21).fill(0x7f) } }),
      ...{ fails: 'profile', openssl: true },
    }),
    'a negative serial number': () => short({ leaf: { serial: Uint8Array.of(0x80) } }),
    'a serial number with needless zeros': () => ({
      ...short({ leaf: { serial: Uint8Array.of(0, 0, 1) } }),
      ...{ fails: 'damaged' as const },
    }),
    'an empty issuer': () => ({
      ...short({ root: { subject: made.EMPTY_NAME }, leaf: {} }),
      ...{ fails: 'profile', openssl: true },
    }),
    'an authority without a name': () => {
      const top = root();
      const between = middle(top, { subject: made.EMPTY_NAME });
      return { path: [leaf(between), between, top], fails: 'profile', openssl: true };
    },
    'bytes after the certificate': () => ({
      ...short({ leaf: { spoil: (bytes) => concat(bytes, Uint8Array.of(5, 0)) } }),
      ...{ fails: 'damaged' as const, openssl: true },
    }),
    'a GeneralizedTime before 2050': () => short({ leaf: { to: made.generalizedTime('20290101000000Z') } }),
    'a time without seconds': () => ({
      ...short({ leaf: { to: made.utcTime('2901010000Z') } }),
      ...{ fails: 'damaged' as const },
    }),
    'a time with a zone': () => ({
      ...short({ leaf: { to: made.utcTime('290101000000+0100') } }),
      ...{ fails: 'damaged' as const },
    }),
    'a time with a fraction': () => ({
      ...short({ leaf: { to: made.generalizedTime('20290101000000.5Z') } }),
      ...{ fails: 'damaged' as const },
    }),
    'the end of time': () => short({ leaf: { to: made.generalizedTime('99991231235959Z') } }),
  },

  validity: {
    'the first second': () => ({ ...short({ leaf: { from: NOW } }), at: NOW }),
    'just before the first second': () => ({ ...short({ leaf: { from: NOW } }), at: NOW - 1, fails: 'validity' }),
    'the last second, to its end': () => ({ ...short({ leaf: { to: NOW } }), at: NOW + 5, openssl: false }),
    'one second later': () => ({ ...short({ leaf: { to: NOW } }), at: NOW + 1000, fails: 'validity' }),
    'an expired anchor': () => ({ ...short({ root: { to: NOW - DAY } }), fails: 'validity' }),
    'an expired authority': () => ({ ...long({ middle: { to: NOW - DAY } }), fails: 'validity' }),
  },

  'extensions and their marks': {
    'a critical authorityKeyIdentifier': () => {
      const key = made.ecKey();
      const own = extension('authorityKeyIdentifier', true, der.sequence(der.implicit(0, key.id)));
      return { ...short({ root: { key, with: { authorityKeyIdentifier: own } } }), fails: 'profile' };
    },
    'a critical subjectKeyIdentifier': () => {
      const key = made.ecKey();
      const own = extension('subjectKeyIdentifier', true, der.octetString(key.id));
      return { ...short({ root: { key, with: { subjectKeyIdentifier: own } } }), fails: 'profile' };
    },
    'no authorityKeyIdentifier': () => short({ leaf: { with: { authorityKeyIdentifier: null } } }),
    'no subjectKeyIdentifier in an authority': () => long({ middle: { with: { subjectKeyIdentifier: null } } }),
    'no identifiers in a root': () => short({ root: { with: { subjectKeyIdentifier: null } } }),
    'another key identifier': () => ({
      ...short({ leaf: { with: { authorityKeyIdentifier: made.authorityId(Uint8Array.of(1, 2, 3)) } } }),
      fails: 'key-id',
    }),
    'an identifier of another issuer’s certificate': () => {
      const value = der.sequence(der.explicit(1, made.general('dir:CN=Other')), der.implicit(2, Uint8Array.of(1)));
      return {
        ...short({ leaf: { with: { authorityKeyIdentifier: extension('authorityKeyIdentifier', false, value) } } }),
        fails: 'key-id',
      };
    },
    'an identifier by the issuer’s own issuer and serial number': () => {
      const top = root({ serial: Uint8Array.of(7) });
      const value = der.sequence(der.explicit(1, made.general('dir:CN=Root')), der.implicit(2, Uint8Array.of(7)));
      const by = { with: { authorityKeyIdentifier: extension('authorityKeyIdentifier', false, value) } };
      return { path: [leaf(top, by), top] };
    },
    'a root whose identifiers contradict each other': () => ({
      ...short({ root: { with: { authorityKeyIdentifier: made.authorityId(Uint8Array.of(9)) } } }),
      ...{ fails: 'key-id', openssl: true },
    }),
    'an unknown extension': () => short({ leaf: { extra: [unknown(false)] } }),
    'an unknown critical one in the leaf': () => ({
      ...short({ leaf: { extra: [unknown(true)] } }),
      fails: 'critical',
    }),
    'an unknown critical one in an authority': () => ({
      ...long({ middle: { extra: [unknown(true)] } }),
      fails: 'critical',
    }),
    'an unknown critical one in the anchor': () => ({
      ...short({ root: { extra: [unknown(true)] } }),
      fails: 'critical',
    }),
    authorityInfoAccess: () => short({ leaf: { extra: [access(false)] } }),
    'a critical authorityInfoAccess': () => ({ ...short({ leaf: { extra: [access(true)] } }), fails: 'critical' }),
    'an authorityInfoAccess of plain text': () => ({
      ...short({ leaf: { extra: [made.extension(OID.authorityInfoAccess, false, new Uint8Array(9).fill(0x6d))] } }),
      ...{ fails: 'readable', openssl: true },
    }),
    'a subjectAltName of plain text': () => ({
      ...short({
        leaf: { with: { subjectAltName: made.extension(OID.subjectAltName, false, new Uint8Array(9).fill(0x6d)) } },
      }),
      fails: 'readable',
    }),
    'a subjectAltName without names': () => ({
      ...short({ leaf: san() }),
      ...{ fails: 'readable', openssl: true },
    }),
    'an empty subject beside a critical subjectAltName': () =>
      short({
        leaf: { subject: made.EMPTY_NAME, with: { subjectAltName: made.altNames(['DNS:example.com'], true) } },
      }),
    'an empty subject beside a subjectAltName that is not critical': () => ({
      ...short({ leaf: { subject: made.EMPTY_NAME } }),
      ...{ fails: 'profile', openssl: true },
    }),
    'a critical subjectAltName beside a subject': () =>
      short({ leaf: { with: { subjectAltName: made.altNames(['DNS:example.com'], true) } } }),
    'policy constraints that are not critical': () => ({
      ...long({
        middle: { extra: [extension('policyConstraints', false, der.sequence(der.implicit(0, Uint8Array.of(3))))] },
      }),
      ...{ fails: 'profile', openssl: true },
    }),
    'a purpose list without purposes': () => ({
      ...short({ leaf: { with: { extKeyUsage: extension('extKeyUsage', false, der.sequence()) } } }),
      fails: 'readable',
    }),
  },

  authorities: {
    'without CA:TRUE': () => ({
      ...long({ middle: { with: { basicConstraints: extension('basicConstraints', true, der.sequence()) } } }),
      fails: 'authority',
    }),
    'without basicConstraints': () => ({
      ...long({ middle: { with: { basicConstraints: null } } }),
      ...{ fails: 'authority', openssl: false },
    }),
    'an anchor without basicConstraints': () => ({
      ...short({ root: { with: { basicConstraints: null } } }),
      ...{ fails: 'authority', openssl: true },
    }),
    'basicConstraints that are not critical': () =>
      short({ root: { with: { basicConstraints: made.authority(undefined, false) } } }),
    'of version 1': () => {
      const none = { subjectKeyIdentifier: null, authorityKeyIdentifier: null, keyUsage: null };
      return {
        ...long({ middle: { version: 1, with: { ...none, basicConstraints: null } } }),
        fails: 'authority',
      };
    },
    'an anchor of version 1': () => {
      const none = { subjectKeyIdentifier: null, keyUsage: null, basicConstraints: null };
      return short({ root: { version: 1, with: none } });
    },
    'whose key may not sign certificates': () => ({
      ...long({ middle: { with: { keyUsage: made.usages(made.CRL_SIGN) } } }),
      fails: 'key-usage',
    }),
    'an anchor whose key may not sign certificates': () => ({
      ...short({ root: { with: { keyUsage: made.usages(made.CRL_SIGN) } } }),
      fails: 'key-usage',
    }),
    'without key usage': () => long({ middle: { with: { keyUsage: null } } }),
    'key usage without a bit': () => ({
      ...short({ leaf: { with: { keyUsage: made.usages() } } }),
      fails: 'profile',
    }),
    'a leaf that may sign certificates and is no authority': () => ({
      ...short({ leaf: { with: { keyUsage: made.usages(made.DIGITAL_SIGNATURE, made.CERT_SIGN) } } }),
      ...{ fails: 'profile', openssl: true },
    }),
    'an authority in the place of the leaf': () => {
      const top = root();
      return { path: [middle(top, san('DNS:example.com')), top], purpose: null };
    },
    'a path length for somebody who is none': () => {
      const value = der.sequence(der.integer(0));
      return {
        ...short({ leaf: { with: { basicConstraints: extension('basicConstraints', true, value) } } }),
        ...{ fails: 'profile', openssl: true },
      };
    },
    'an anchor that stands in the middle': () => {
      const top = root();
      const between = middle(top);
      return { path: [leaf(between), between], untrusted: [top] };
    },
    'the root came along, and is not trusted': () => {
      const top = root();
      const between = middle(top);
      return { path: [leaf(between), between, root({ subject: 'CN=Stranger' })], untrusted: [top], fails: 'issuer' };
    },
  },

  'path length': {
    ...Object.fromEntries(
      [0, 1, 2].map((length) => [
        `${length}, and a leaf`,
        () => long({ middle: { with: { basicConstraints: made.authority(length) } } }),
      ]),
    ),
    '0, and an authority as the leaf with 0': () => {
      const top = root();
      const first = middle(top, { with: { basicConstraints: made.authority(0) } });
      const last = middle(first, {
        with: { basicConstraints: made.authority(0), subjectAltName: made.altNames(['DNS:example.com']) },
      });
      return { path: [last, first, top], purpose: null };
    },
    '0, and an authority below': () => ({ ...chainOf(0, 0), fails: 'path-length' }),
    '1, and an authority that says 2': () => chainOf(1, 2),
    '1, then 0, then 0': () => ({ ...chainOf(1, 0, 0), fails: 'path-length' }),
    'self-issued authorities do not count': () => {
      const top = root();
      const first = middle(top, { with: { basicConstraints: made.authority(1) } });
      const second = middle(first, { subject: first.subject, with: { basicConstraints: made.authority(1) } });
      const third = middle(second, { with: { basicConstraints: made.authority(0) } });
      return { path: [leaf(third), third, second, first, top] };
    },
  },

  purposes: {
    'a client only': () => ({
      ...short({ leaf: { with: { extKeyUsage: made.purposes('clientAuth') } } }),
      fails: 'purpose',
    }),
    'none is named': () => short({ leaf: { with: { extKeyUsage: null } } }),
    'no key usage': () => short({ leaf: { with: { keyUsage: null } } }),
    'server and client': () => short({ leaf: { with: { extKeyUsage: made.purposes('serverAuth', 'clientAuth') } } }),
    'server and any': () =>
      short({ leaf: { with: { extKeyUsage: made.purposes('serverAuth', 'anyExtendedKeyUsage') } } }),
    'something nobody knows': () => ({
      ...short({
        leaf: {
          with: { extKeyUsage: extension('extKeyUsage', false, der.sequence(der.oid('1.3.6.1.4.1.11129.2.4.4'))) },
        },
      }),
      fails: 'purpose',
    }),
    'an authority for clients only': () => ({
      ...long({ middle: { with: { extKeyUsage: made.purposes('clientAuth') } } }),
      fails: 'purpose',
    }),
    'a key that may only encipher': () => short({ leaf: { with: { keyUsage: made.usages(made.KEY_ENCIPHERMENT) } } }),
    'a key that may only sign certificates': () => {
      const top = root();
      return { path: [middle(top, san('DNS:example.com')), top], fails: 'purpose' };
    },
  },

  'keys and signatures': {
    'RSA of 2048 bits': () => short({ root: { key: RSA }, leaf: { key: RSA } }),
    Ed25519: () => short({ root: { key: made.ed25519Key() } }),
    'P-384 and P-521': () => short({ root: { key: made.ecKey('secp384r1') }, leaf: { key: made.ecKey('secp521r1') } }),
    'RSA of 1024 bits in the leaf': () => ({ ...short({ leaf: { key: made.rsaKey(1024) } }), fails: 'algorithm' }),
    'RSA of 1024 bits in the anchor': () => ({ ...short({ root: { key: made.rsaKey(1024) } }), fails: 'algorithm' }),
    'RSA with the exponent 1': () => {
      const key = RSA;
      return {
        ...short({ leaf: { key: made.withInfo(key, rsaInfo(key, 1)) } }),
        ...{ fails: 'algorithm', openssl: true },
      };
    },
    'RSA with an even exponent': () => {
      const key = RSA;
      return {
        ...short({ leaf: { key: made.withInfo(key, rsaInfo(key, 4)) } }),
        ...{ fails: 'algorithm', openssl: true },
      };
    },
    'RSA without numbers': () => {
      const info = der.sequence(der.sequence(der.oid(OID.rsaEncryption), der.NULL), der.bitString(Uint8Array.of()));
      return { ...short({ leaf: { key: made.withInfo(RSA, info) } }), ...{ fails: 'algorithm' } };
    },
    'P-192 in the leaf': () => ({ ...short({ leaf: { key: made.ecKey('prime192v1') } }), fails: 'algorithm' }),
    'DSA in the leaf': () => ({ ...short({ leaf: { key: DSA } }), ...{ fails: 'algorithm', openssl: true } }),
    'DSA in the anchor': () => ({
      ...short({ root: { key: DSA } }),
      ...{ fails: 'signature', openssl: true },
    }),
    'a curve by its numbers': () => ({
      ...short({ leaf: { key: made.explicitEcKey() } }),
      ...{ fails: 'algorithm' },
    }),
    'SHA-1 with RSA': () => ({
      ...short({ root: { key: RSA }, leaf: { scheme: made.RSA_SHA1 } }),
      fails: 'algorithm',
    }),
    'SHA-1 with ECDSA': () => ({ ...short({ leaf: { scheme: made.ECDSA_SHA1 } }), fails: 'algorithm' }),
    'MD5 with RSA': () => ({
      ...short({ root: { key: RSA }, leaf: { scheme: made.RSA_MD5 } }),
      fails: 'algorithm',
    }),
    'a root that signs itself with SHA-1': () => short({ root: { scheme: made.ECDSA_SHA1 } }),
    'another key than the issuer’s': () => ({ ...short({ leaf: { signedBy: made.ecKey() } }), fails: 'signature' }),
    'a point that is not on the curve': () => {
      const key = made.ecKey();
      const info = key.info.slice();
      info.set([1, 2, 3, 4], info.length - 4);
      return { ...short({ leaf: { key: made.withInfo(key, info) } }), ...{ fails: 'algorithm' } };
    },
  },

  'name constraints: hosts': {
    'another domain': () => ({
      ...nc(['DNS:example.com'], null, ['DNS:not-example.com'], 'not-example.com'),
      fails: 'name-constraints',
    }),
    'the domain': () => nc(['DNS:example.com'], null, ['DNS:example.com'], 'example.com'),
    'two labels more': () => nc(['DNS:example.com'], null, ['DNS:a.b.example.com'], 'a.b.example.com'),
    excluded: () => ({
      ...nc(null, ['DNS:example.com'], ['DNS:example.com'], 'example.com'),
      fails: 'name-constraints',
    }),
    'the second of two is excluded': () => ({
      ...nc(null, ['DNS:bad.example.com'], ['DNS:example.com', 'DNS:bad.example.com'], 'example.com'),
      fails: 'name-constraints',
    }),
    'both permitted and excluded': () => ({
      ...nc(['DNS:example.com'], ['DNS:example.com'], ['DNS:example.com'], 'example.com'),
      fails: 'name-constraints',
    }),
    'limits of another kind': () =>
      nc([made.network(192, 0, 2, 0, 255, 255, 255, 0)], null, ['DNS:example.com'], 'example.com'),
    'excluded names of another kind': () =>
      nc(null, [made.network(192, 0, 2, 0, 255, 255, 255, 0)], ['DNS:example.com'], 'example.com'),
    'a base with a leading dot': () =>
      nc([made.rawGeneral(2, '.example.com')], null, ['DNS:foo.example.com'], 'foo.example.com'),
    'a base with a wildcard': () => ({
      ...nc([made.rawGeneral(2, '*.example.com')], null, ['DNS:foo.example.com'], 'foo.example.com'),
      ...{ fails: 'name-constraints' },
    }),
    'a name with a leading dot': () => ({
      ...nc(['DNS:example.com'], null, [made.rawGeneral(2, '.example.com'), 'DNS:foo.example.com'], 'foo.example.com'),
      ...{ fails: 'name-constraints', openssl: true },
    }),
    'a wildcard inside': () => nc(['DNS:example.com'], null, ['DNS:*.example.com'], 'foo.example.com'),
    'a wildcard that reaches outside': () => ({
      ...nc(['DNS:foo.example.com'], null, ['DNS:*.example.com'], 'foo.example.com'),
      fails: 'name-constraints',
    }),
    'a wildcard that reaches into what is excluded (CVE-2025-61727)': () => ({
      ...nc(['DNS:example.com'], ['DNS:bar.example.com'], ['DNS:*.example.com'], 'bar.example.com'),
      ...{ fails: 'name-constraints', openssl: true },
    }),
    'a wildcard beside what is excluded': () =>
      nc(null, ['DNS:a.bar.example.com'], ['DNS:*.example.com'], 'foo.example.com'),
    'limits that are not critical': () => {
      const rule = made.limits(['DNS:example.com'], null, false);
      return short({ root: { with: { nameConstraints: rule } } });
    },
    'limits that are not critical, broken': () => {
      const rule = made.limits(['DNS:other.test'], null, false);
      return { ...short({ root: { with: { nameConstraints: rule } } }), fails: 'name-constraints' };
    },
    'limits without any': () => ({
      ...long({ middle: limited(null) }),
      ...{ fails: 'readable', openssl: true },
    }),
    'limits with empty lists': () => ({
      ...long({ middle: limited([], []) }),
      ...{ fails: 'readable', openssl: true },
    }),
    'limits in a leaf': () => ({
      ...short({ leaf: { with: { nameConstraints: made.limits(['DNS:example.com'], null, true) } } }),
      ...{ fails: 'profile', openssl: true },
    }),
    'two thousand names under two thousand limits': () => {
      const names = (of: string) => Array.from({ length: 2000 }, (_, at) => `DNS:${at}.${of}`);
      return {
        ...nc(null, names('bad.test'), ['DNS:example.com', ...names('good.test')], 'example.com'),
        fails: 'name-constraints',
      };
    },
    'an authority’s own name is outside': () => ({
      ...narrowed(['DNS:ok.example.com'], null, 'DNS:no.example.com', 'DNS:ok.example.com', 'ok.example.com'),
      fails: 'name-constraints',
    }),
    'a lower authority narrows': () => ({
      ...nested(['DNS:foo.example.com', 'DNS:bar.example.com'], ['DNS:bar.example.com']),
      fails: 'name-constraints',
    }),
    'a lower authority cannot widen': () => ({
      ...nested(['DNS:bar.example.com'], ['DNS:foo.example.com', 'DNS:bar.example.com']),
      fails: 'name-constraints',
    }),
    'self-issued authorities are let off': () => {
      const top = root({
        subject: 'CN=out.test',
        with: { subjectAltName: made.altNames(['DNS:out.test']), nameConstraints: made.limits(['DNS:example.com']) },
      });
      const between = middle(top, {
        subject: 'CN=out.test',
        with: { subjectAltName: made.altNames(['DNS:out.test']) },
      });
      return { path: [leaf(between), between, top] };
    },
    'a self-issued leaf is not': () => {
      const top = root(limited(['DNS:example.com']));
      const between = middle(top, { subject: 'CN=out.test' });
      const end = leaf(between, { subject: 'CN=out.test', ...san('DNS:out.test') });
      return { path: [end, between, top], host: 'out.test', fails: 'name-constraints' };
    },
    'the common name as a host, without a subjectAltName': () => ({
      ...short({
        root: limited(['DNS:example.com']),
        leaf: { subject: 'CN=evil.test', with: { subjectAltName: null } },
      }),
      ...{ host: null, fails: 'name-constraints' },
    }),
    'the common name beside a subjectAltName': () =>
      short({ root: limited(['DNS:example.com']), leaf: { subject: 'CN=evil.test' } }),
    'another way has no limits': () => {
      const [strict, free] = [root({ subject: 'CN=A' }), root({ subject: 'CN=B' })];
      const limit = middle(strict, { subject: 'CN=Limit', ...limited(null, ['DNS:forbidden.test']) });
      const key = made.ecKey();
      const below = (by: Made, of: string) => middle(by, { key, subject: 'CN=Shared', ...san(`DNS:${of}`) });
      const [first, second] = [below(limit, 'forbidden.test'), below(free, 'free.test')];
      return {
        path: [leaf(first), strict],
        anchors: [strict, free],
        untrusted: [limit, first, second],
        ...NO_WAY_BACK,
      };
    },
  },

  'name constraints: addresses, mail, names': {
    'an address inside': () => nc([made.network(192, 0, 2, 0, 255, 255, 255, 0)], null, ['IP:192.0.2.1'], '192.0.2.1'),
    'an address outside': () => ({
      ...nc([made.network(192, 0, 2, 0, 255, 255, 255, 0)], null, ['IP:192.0.3.1'], '192.0.3.1'),
      fails: 'name-constraints',
    }),
    'an address excluded': () => ({
      ...nc(null, [made.network(192, 0, 2, 0, 255, 255, 255, 0)], ['IP:192.0.2.1'], '192.0.2.1'),
      fails: 'name-constraints',
    }),
    'IPv6 inside': () => nc([made.rawGeneral(7, v6(1, 128))], null, ['IP:::1'], '::1'),
    'IPv6 excluded': () => ({
      ...nc(null, [made.rawGeneral(7, v6(1, 128))], ['IP:::1'], '::1'),
      fails: 'name-constraints',
    }),
    'IPv6 below a limit for IPv4': () => ({
      ...nc([made.network(192, 0, 2, 0, 255, 255, 255, 0)], null, ['IP:::1'], '::1'),
      fails: 'name-constraints',
    }),
    'a limit without a mask': () => ({
      ...nc([made.rawGeneral(7, Uint8Array.of(127, 0, 0, 1))], null, ['IP:127.0.0.1'], '127.0.0.1'),
      fails: 'name-constraints',
    }),
    'a mask with holes': () => ({
      ...nc([made.network(127, 0, 0, 0, 255, 0, 255, 0)], null, ['IP:127.0.0.1'], '127.0.0.1'),
      ...{ fails: 'name-constraints', openssl: true },
    }),
    'a name that is a network': () => ({
      ...nc(
        [made.network(192, 0, 2, 0, 255, 255, 255, 0)],
        null,
        [made.network(192, 0, 2, 0, 255, 255, 255, 0), 'IP:192.0.2.1'],
        '192.0.2.1',
      ),
      ...{ fails: 'name-constraints' },
    }),
    'one mailbox': () => mail(['email:foo@example.com'], ['email:foo@example.com']),
    'another mailbox': () => ({
      ...mail(['email:foo@example.com'], ['email:bar@example.com']),
      fails: 'name-constraints',
    }),
    'all of a host': () => mail([made.rawGeneral(1, 'example.com')], ['email:foo@example.com']),
    'a host below': () => ({
      ...mail([made.rawGeneral(1, 'example.com')], ['email:foo@a.example.com']),
      fails: 'name-constraints',
    }),
    'all hosts below': () => mail([made.rawGeneral(1, '.example.com')], ['email:foo@a.example.com']),
    'a mailbox with two @': () => ({
      ...mail([made.rawGeneral(1, 'example.com')], ['email:ok@example.com', made.rawGeneral(1, 'a@b@example.com')]),
      ...{ fails: 'name-constraints', openssl: true },
    }),
    'a limit with two @': () => ({
      ...mail([made.rawGeneral(1, 'a@b@example.com')], ['email:b@example.com']),
      ...{ fails: 'name-constraints' },
    }),
    'a directory name inside': () => dn(['dir:CN=foo'], null, 'CN=foo', 'dir:CN=foo'),
    'a directory name outside': () => ({
      ...dn(['dir:CN=foo'], null, 'CN=bar', 'dir:CN=bar'),
      fails: 'name-constraints',
    }),
    'a directory name excluded': () => ({
      ...dn(null, ['dir:CN=foo'], 'CN=foo', 'dir:CN=foo'),
      fails: 'name-constraints',
    }),
    'only the subject is outside': () => ({
      ...dn(['dir:CN=foo'], null, 'CN=bar', 'dir:CN=foo'),
      fails: 'name-constraints',
    }),
    'only the subject is excluded': () => ({
      ...dn(null, ['dir:CN=foo'], 'CN=foo', 'dir:CN=bar'),
      fails: 'name-constraints',
    }),
    'a name below': () => dn(['dir:O=Desk'], null, 'O=Desk, CN=a', 'dir:O=Desk, CN=b'),
    'names of a kind that nobody knows': () => ({
      ...nc(['DNS:example.com'], [made.otherName()], ['DNS:example.com', made.otherName()], 'example.com'),
      fails: 'name-constraints',
    }),
    'limits of a kind that nobody knows, and no such name': () =>
      nc(['DNS:example.com'], [made.otherName()], ['DNS:example.com'], 'example.com'),
    'a URI of the host': () => uri([made.rawGeneral(6, 'example.com')], null, 'URI:http://example.com:80/a'),
    'a URI of a host below': () => ({
      ...uri([made.rawGeneral(6, 'example.com')], null, 'URI:http://a.example.com/'),
      fails: 'name-constraints',
    }),
    'a URI of the domain': () => uri([made.rawGeneral(6, '.example.com')], null, 'URI:http://a.example.com/'),
    'a URI of an address': () => ({
      ...uri([made.rawGeneral(6, 'example.com')], null, 'URI:http://192.0.2.1/'),
      fails: 'name-constraints',
    }),
    'a URI without a host': () => ({
      ...uri(null, [made.rawGeneral(6, 'example.com')], 'URI:urn:x:example.com'),
      fails: 'name-constraints',
    }),
  },

  'host names': {
    ...hosts({
      'example.com': {
        'DNS:example.com': true,
        'DNS:EXAMPLE.com': true,
        'DNS:example2.com': false,
        'DNS:*.com': false,
        'DNS:www.example.com': false,
        'DNS:*.example.com': false,
      },
      'foo.example.com': {
        'DNS:*.example.com': true,
        'DNS:f*.example.com': 'openssl',
        'DNS:*.foo.example.com': false,
        'DNS:bar.example.com': false,
      },
      'foo.bar.example.com': {
        'DNS:*.example.com': false,
        'DNS:foo.*.example.com': false,
        'DNS:*.bar.example.com': true,
      },
      'xn--bliss-1b3c148a.example.com': { 'DNS:xn--bliss-1b3c148a.example.com': true, 'DNS:*.example.com': true },
      '127.0.0.1': { 'IP:127.0.0.1': true, 'DNS:127.0.0.1': false, 'IP:127.0.0.2': false },
      '2001:db8::1': { 'IP:2001:db8::1': true, 'IP:2001:db8::2': false },
    }),
    'a U-label that was dialled': () => ({
      ...short({ leaf: san('DNS:xn--mnchen-3ya.test') }),
      ...{ host: 'münchen.test', openssl: false },
    }),
    'a dot at the end of what was dialled': () => ({ ...short({}), host: 'example.com.', openssl: false }),
    'a mailbox': () => ({ ...short({ leaf: san('email:A@Example.com') }), host: 'A@example.COM', openssl: false }),
    'a mailbox in other letters': () => ({
      ...short({ leaf: san('email:A@example.com') }),
      ...{ host: 'a@example.com', fails: 'host' },
    }),
    'a wildcard inside an A-label': () => ({
      ...short({ leaf: san(made.rawGeneral(2, 'xn--*-1b3c148a.example.com')) }),
      ...{ host: 'xn--bliss-1b3c148a.example.com', fails: 'host' },
    }),
    'a U-label in the certificate': () => ({
      ...short({ leaf: san(made.rawGeneral(2, '😜.example.com')) }),
      ...{ host: 'xn--628h.example.com', fails: 'host' },
    }),
    'a common name alone': () => ({
      ...short({ leaf: { with: { subjectAltName: null } } }),
      ...{ fails: 'host', openssl: true },
    }),
    'a zero byte in the name': () => ({
      ...short({ leaf: san(made.rawGeneral(2, 'example.com\0.evil.test')) }),
      fails: 'host',
    }),
  },

  'asked to be strict': {
    'as it should be': () => ({ ...long({}), strict: true }),
    'no authorityKeyIdentifier': () => ({
      ...short({ leaf: { with: { authorityKeyIdentifier: null } } }),
      ...{ strict: true, fails: 'profile' },
    }),
    'no authorityKeyIdentifier in an authority': () => ({
      ...long({ middle: { with: { authorityKeyIdentifier: null } } }),
      ...{ strict: true, fails: 'profile' },
    }),
    'no subjectKeyIdentifier in an authority': () => ({
      ...long({ middle: { with: { subjectKeyIdentifier: null } } }),
      ...{ strict: true, fails: 'profile' },
    }),
    'no subjectKeyIdentifier in the anchor': () => ({
      ...short({ root: { with: { subjectKeyIdentifier: null } } }),
      ...{ strict: true, fails: 'profile' },
    }),
    'basicConstraints that are not critical': () => ({
      ...short({ root: { with: { basicConstraints: made.authority(undefined, false) } } }),
      ...{ strict: true, fails: 'profile' },
    }),
    'no key usage in an authority': () => ({
      ...long({ middle: { with: { keyUsage: null } } }),
      ...{ strict: true, fails: 'profile' },
    }),
    'a leaf that may sign certificates and is no authority': () => ({
      ...short({ leaf: { with: { keyUsage: made.usages(made.DIGITAL_SIGNATURE, made.CERT_SIGN) } } }),
      ...{ strict: true, fails: 'profile' },
    }),
    'an empty subject beside a subjectAltName that is not critical': () => ({
      ...short({ leaf: { subject: made.EMPTY_NAME } }),
      ...{ strict: true, fails: 'profile' },
    }),
    'nameConstraints that are not critical': () => ({
      ...short({ root: { with: { nameConstraints: made.limits(['DNS:example.com'], null, false) } } }),
      ...{ strict: true, fails: 'profile', openssl: true },
    }),
    'a GeneralizedTime before 2050': () => ({
      ...short({ leaf: { to: made.generalizedTime('20290101000000Z') } }),
      ...{ strict: true, fails: 'profile', openssl: true },
    }),
    'a negative serial number': () => ({
      ...short({ leaf: { serial: Uint8Array.of(0x80) } }),
      ...{ strict: true, fails: 'profile', openssl: true },
    }),
  },

  'revocation lists': {
    ...lists({
      'of nobody': {},
      'of others': { revoked: [Uint8Array.of(1), Uint8Array.of(2)] },
      'of ten thousand others': {
        revoked: Array.from({ length: 10_000 }, (_, at) => Uint8Array.of(1, at >> 8, at & 0xff)),
      },
      'with an unknown extension': { extra: [unknown(false)] },
      'with an unknown critical extension': { extra: [unknown(true)], fails: 'revocation' },
      'from the future': { from: NOW + DAY, fails: 'revocation' },
      'a stale one': { from: NOW - 60 * DAY, to: NOW - 30 * DAY, fails: 'revocation' },
      'without an end': { to: null },
      'of version 1': { version: 1 },
      'of version 5': { version: 5, fails: 'damaged', openssl: true },
      'without a number': { with: { cRLNumber: null }, fails: 'revocation', openssl: true },
      'without any extension': { with: { cRLNumber: null, authorityKeyIdentifier: null } },
      'with a critical number': {
        with: { cRLNumber: extension('cRLNumber', true, der.integer(7)) },
        fails: 'revocation',
      },
      'that names one number twice': {
        revoked: [Uint8Array.of(5), Uint8Array.of(5)],
        fails: 'revocation',
        openssl: true,
      },
      'signed by a stranger': { signedBy: made.ecKey(), fails: 'revocation' },
      'for users only': { ...ROOT_TOO, extra: [scope(der.implicit(1, Uint8Array.of(0xff)))] },
      'for authorities only': { extra: [scope(der.implicit(2, Uint8Array.of(0xff)))], fails: 'revocation' },
      'for attribute certificates only': { extra: [scope(der.implicit(5, Uint8Array.of(0xff)))], fails: 'revocation' },
      'of another place': { extra: [place('http://a.test/other')], at: 'http://a.test/list', fails: 'revocation' },
      'of the place': { extra: [place('http://a.test/list')], at: 'http://a.test/list', ...ROOT_TOO },
      'of a place, for a certificate without one': { extra: [place('http://a.test/list')], fails: 'revocation' },
      'of a place that is written otherwise': {
        extra: [place('http://a.test/list')],
        at: 'http://a.test/%6cist',
        fails: 'revocation',
      },
      'for one reason only': { extra: [scope(der.element(0x83, Uint8Array.of(6, 0x40)))], fails: 'revocation' },
    }),
    'with the leaf': () => {
      const { path } = short({});
      return {
        path,
        crls: [list(path[1] as Made, { revoked: [{ serial: (path[0] as Made).serial }] })],
        fails: 'revocation',
      };
    },
    'with the leaf, from tomorrow on': () => {
      const { path } = short({});
      const revoked = [{ serial: (path[0] as Made).serial, at: NOW + DAY }];
      return { path, crls: [list(path[1] as Made, { revoked })], fails: 'revocation' };
    },
    'of another authority, with the same serial number': () => {
      const [one, other] = [root({ subject: 'CN=A' }), root({ subject: 'CN=B' })];
      const end = leaf(one);
      return {
        path: [end, one],
        anchors: [one, other],
        crls: [list(one), list(other, { revoked: [{ serial: end.serial }] })],
      };
    },
    'of the right name by another anchor’s key': () => {
      const [one, other] = [root({ subject: 'CN=A' }), root({ subject: 'CN=B' })];
      return {
        path: [leaf(one), one],
        anchors: [one, other],
        crls: [list(one, { signedBy: other.key })],
        fails: 'revocation',
      };
    },
    'by an authority that may not sign lists': () => {
      const { path } = short({ root: { with: { keyUsage: made.usages(made.CERT_SIGN) } } });
      return { path, crls: [list(path[1] as Made)], fails: 'revocation' };
    },
    'by an authority that says nothing of its key': () => {
      const { path } = short({ root: { with: { keyUsage: null } } });
      return { path, crls: [list(path[1] as Made)] };
    },
    'of the leaf’s issuer only': () => {
      const { path } = long({});
      return { path, crls: [list(path[1] as Made)], fails: 'revocation' };
    },
    'of each issuer': () => {
      const { path } = long({});
      return { path, crls: [list(path[1] as Made), list(path[2] as Made)] };
    },
    'for users only, over an authority': () => {
      const { path } = long({});
      const top = list(path[2] as Made, { extra: [scope(der.implicit(1, Uint8Array.of(0xff)))] });
      return { path, crls: [list(path[1] as Made), top], fails: 'revocation' };
    },
  },

  'ways to an anchor': {
    'an expired authority of the same key as the root': () => {
      const [one, two] = [root({ subject: 'CN=A' }), root({ subject: 'CN=B' })];
      const crossed = middle(two, { subject: 'CN=A', key: one.key, to: NOW - DAY });
      return { path: [leaf(one), one], anchors: [one, two], untrusted: [crossed] };
    },
    'two authorities that sign each other': () => {
      const [a, b] = [made.ecKey(), made.ecKey()];
      const one = middle(root({ subject: 'CN=B', key: b }), { subject: 'CN=A', key: a });
      const two = middle(root({ subject: 'CN=A', key: a }), { subject: 'CN=B', key: b });
      return { path: [leaf(one), one, two, root({ subject: 'CN=Root' })], fails: 'issuer' };
    },
    'one authority with two keys that sign each other': () => {
      const [a, b] = [made.ecKey(), made.ecKey()];
      const one = middle(root({ subject: 'CN=A', key: b }), { subject: 'CN=A', key: a });
      const two = middle(root({ subject: 'CN=A', key: a }), { subject: 'CN=A', key: b });
      return { path: [leaf(one), one, two, root({ subject: 'CN=Root' })], fails: 'issuer' };
    },
    'a root that others have signed in a ring (CVE-2024-0567)': () => {
      const keys = { A: made.ecKey(), B: made.ecKey(), C: made.ecKey() };
      const by = (of: keyof typeof keys) => root({ subject: `CN=${of}`, key: keys[of] });
      const crossed = (['A', 'B', 'C'] as const).flatMap((of) =>
        (['A', 'B', 'C'] as const)
          .filter((signer) => signer !== of)
          .map((signer) => middle(by(signer), { subject: `CN=${of}`, key: keys[of] })),
      );
      const top = by('A');
      const below = middle(top, { subject: 'CN=A1' });
      return { path: [leaf(below), below, top], untrusted: [...crossed, below] };
    },
    'sixty dead ends of the right name and key': () => {
      const top = root();
      const key = made.ecKey();
      const strangers = Array.from({ length: 60 }, (_, at) =>
        middle(root({ subject: `CN=Nobody ${at}` }), { subject: 'CN=Shared', key }),
      );
      const good = middle(top, { subject: 'CN=Shared', key });
      return { path: [leaf(good), good, top], untrusted: [...strangers, good], ...NO_WAY_BACK };
    },
    'sixty ways of another purpose before the good one': () => {
      const top = root();
      const key = made.ecKey();
      const old = Array.from({ length: 60 }, () =>
        middle(top, { subject: 'CN=Shared', key, with: { extKeyUsage: made.purposes('clientAuth') } }),
      );
      const good = middle(top, { subject: 'CN=Shared', key });
      return { path: [leaf(good), good, top], untrusted: [...old, good], ...NO_WAY_BACK };
    },
    'an issuer with a key that cannot be read': () => {
      const info = der.sequence(der.sequence(der.oid(OID.rsaEncryption), der.NULL), der.bitString(Uint8Array.of()));
      const between = middle(root({ subject: 'CN=Root' }), { key: made.withInfo(RSA, info) });
      return { path: [leaf(between), between, root({ subject: 'CN=Root' })], fails: 'signature' };
    },
  },
};

const namesOf = (checks: readonly { name: CheckName; state: string }[]) =>
  checks.filter(({ state }) => state === 'fails').map(({ name }) => name);

/** Ours: what fails on the best way, or what the refusal is. */
function verdict({
  path,
  anchors,
  untrusted,
  crls = [],
  host = 'example.com',
  purpose = 'server',
  at = NOW,
  strict = false,
}: Case) {
  const [end, ...rest] = path as [Made, ...Made[]];
  const explained = explain({
    certificate: end.pem,
    anchors: (anchors ?? rest.slice(-1)).map(({ pem }) => pem),
    untrusted: [...(untrusted ?? []), ...rest.slice(0, -1)].map(({ pem }) => pem),
    ...{ crls, strict, now: at },
    ...(host === null ? {} : { host }),
    ...(purpose === null ? {} : { purpose }),
  });
  if (!explained.ok) return { isTrusted: false, failed: [explained.error.kind], why: explained.error.why };
  const checks = explained.value.paths[0]?.checks ?? [];
  const why = checks
    .filter(({ state }) => state === 'fails')
    .map(({ why }) => why)
    .join(' ');
  return { isTrusted: explained.value.trusted, failed: namesOf(checks), why };
}

function opensslSays(
  openssl: Openssl,
  { path, anchors, untrusted, crls, host = 'example.com', purpose = 'server', at = NOW, strict = false }: Case,
) {
  const [end, ...rest] = path as [Made, ...Made[]];
  const all = (list: readonly Made[]) => list.map(({ pem }) => pem).join('');
  openssl.write('leaf.pem', end.pem);
  openssl.write('anchors.pem', all(anchors ?? rest.slice(-1)));
  openssl.write('others.pem', all([...(untrusted ?? []), ...rest.slice(0, -1)]));
  openssl.write('lists.pem', (crls ?? []).join(''));
  const isAddress = host !== null && (/^[\d.]+$/.test(host) || host.includes(':'));
  return openssl.run(
    [
      `verify ${strict ? '-x509_strict' : ''} -partial_chain -auth_level 2 -no-CApath -no-CAstore -CAfile anchors.pem`,
      rest.length > 1 || (untrusted?.length ?? 0) > 0 ? '-untrusted others.pem' : '',
      crls ? '-crl_check_all -extended_crl -CRLfile lists.pem' : '',
      host === null ? '' : `${isAddress ? '-verify_ip' : '-verify_hostname'} ${host}`,
      purpose === null ? '' : `-purpose ssl${purpose}`,
      `-attime ${Math.floor(at / 1000)} leaf.pem`,
    ].join(' '),
  );
}

describe.each(Object.entries(RULES))('%s', (_, rules) => {
  let openssl: Openssl;
  beforeAll(() => {
    openssl = new Openssl();
  });
  afterAll(() => openssl.close());

  test.each(Object.entries(rules))('%s', (_name, rule) => {
    const chain = rule();
    const ours = verdict(chain);
    if (chain.fails) expect(ours.failed, ours.why).toContain(chain.fails);
    else expect(ours.failed, ours.why).toEqual([]);
    expect(ours.isTrusted).toBe(chain.fails === undefined);
    if (!hasProgram('openssl')) return;
    const theirs = opensslSays(openssl, chain);
    expect(theirs.ok, theirs.text).toBe(chain.openssl ?? chain.fails === undefined);
  });
});
