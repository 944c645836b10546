/**
 * Shapes give the nameless nodes of DER the names that the RFCs give them. A shape follows the ASN.1 module line by
 * line: one row a field, in order, optional ones told by their tag.
 */
import { KEY_USAGE } from './key-usage.ts';
import { OID } from './oids.ts';
import { TAG } from './tag.ts';

/** How an identifier octet reads without its constructed bit: `0x02` INTEGER, `0x80` [0]. */
export type Identifier = number;

export interface Shape {
  readonly name: string;
  readonly says: string;
  /** only a node with this identifier fits */
  readonly tag?: Identifier;
  readonly isOptional?: boolean;
  /** the parts of a SEQUENCE in their order */
  readonly fields?: readonly Shape[];
  /** every part of a SEQUENCE OF or SET OF */
  readonly each?: Shape;
  /** a CHOICE: the node is one of these, told by identifier */
  readonly choice?: readonly Shape[];
  /** how the bytes of a primitive context value read; else as hex */
  readonly as?: 'text' | 'address' | 'identifier';
  /** what a string holds that is DER in turn; `oid` is the identifier nearest before it */
  readonly holds?: (oid: string) => Shape | undefined;
  /** names of the bits of a BIT STRING, first bit first */
  readonly bits?: readonly string[];
  /** where the shape is defined, when not where its parent is */
  readonly source?: string;
}

export const UNNAMED: Shape = { name: '', says: '' };

const CONTEXT = 0x80;

const named = (name: string, says: string, rest: Omit<Shape, 'name' | 'says'> = {}): Shape => ({ name, says, ...rest });

const ALGORITHM = (name: string, says: string): Shape =>
  named(name, says, {
    fields: [
      named('algorithm', 'Which algorithm, by its worldwide number.', { tag: TAG.oid }),
      named('parameters', 'Settings of the algorithm, such as the curve.', { isOptional: true }),
    ],
  });

const NAME_PARTS: Omit<Shape, 'name' | 'says'> = {
  each: named('RelativeDistinguishedName', 'One step of the name.', {
    each: named('AttributeTypeAndValue', 'One part of the name, such as CN.', {
      fields: [named('type', 'Which part of a name.', { tag: TAG.oid }), named('value', 'The text of this part.')],
    }),
  }),
};

/** RFC 5280 §4.1.2.4 */
export const NAME: Shape = named('Name', 'A name in parts: country, organisation, common name.', NAME_PARTS);

const GENERAL_NAME: Shape = named('GeneralName', 'One name.', {
  choice: [
    named('otherName', 'A name of another kind.', { tag: CONTEXT }),
    named('rfc822Name', 'An e-mail address.', { tag: CONTEXT + 1, as: 'text' }),
    named('dNSName', 'A host name.', { tag: CONTEXT + 2, as: 'text' }),
    named('directoryName', 'A distinguished name.', { tag: CONTEXT + 4, fields: [NAME] }),
    named('uniformResourceIdentifier', 'A web address.', { tag: CONTEXT + 6, as: 'text' }),
    named('iPAddress', 'A network address.', { tag: CONTEXT + 7, as: 'address' }),
    named('registeredID', 'An object identifier.', { tag: CONTEXT + 8, as: 'identifier' }),
  ],
});
const GENERAL_NAMES: Omit<Shape, 'name' | 'says'> = { each: GENERAL_NAME };

const SUBTREES: Omit<Shape, 'name' | 'says'> = {
  each: named('GeneralSubtree', 'All names at and below one.', {
    fields: [
      GENERAL_NAME,
      named('minimum', 'Always 0.', { tag: CONTEXT, isOptional: true }),
      named('maximum', 'Out of use.', { tag: CONTEXT + 1, isOptional: true }),
    ],
  }),
};

const RSA_PUBLIC_KEY = named('RSAPublicKey', 'An RSA key: two numbers.', {
  source: 'RFC 8017 §A.1.1',
  fields: [
    named('modulus', 'n, the product of two secret primes.'),
    named('publicExponent', 'e, nearly always 65537.'),
  ],
});

const EC_SIGNATURE = named('ECDSA-Sig-Value', 'An ECDSA signature: two numbers.', {
  source: 'RFC 3279 §2.2.3',
  fields: [named('r', 'First number of the signature.'), named('s', 'Second number of the signature.')],
});

const DISTRIBUTION_POINTS: Omit<Shape, 'name' | 'says'> = {
  each: named('DistributionPoint', 'One place.', {
    fields: [
      named('distributionPoint', 'Where it is.', {
        tag: CONTEXT,
        isOptional: true,
        fields: [named('fullName', 'The address.', { tag: CONTEXT, ...GENERAL_NAMES })],
      }),
      named('reasons', 'For which reasons.', { tag: CONTEXT + 1, isOptional: true }),
      named('cRLIssuer', 'Who signs the list.', { tag: CONTEXT + 2, isOptional: true, ...GENERAL_NAMES }),
    ],
  }),
};

/** What stands inside `extnValue`, by the extension's identifier. RFC 5280 §4.2. */
const EXTENSION_VALUES: Readonly<Record<string, Shape>> = {
  [OID.subjectKeyIdentifier]: named('SubjectKeyIdentifier', "A short fingerprint of this certificate's key."),
  [OID.keyUsage]: named('KeyUsage', 'What the key may be used for.', { bits: KEY_USAGE }),
  [OID.subjectAltName]: named('SubjectAltName', 'The names this certificate is valid for.', GENERAL_NAMES),
  [OID.issuerAltName]: named('IssuerAltName', 'Further names of the issuer.', GENERAL_NAMES),
  [OID.basicConstraints]: named('BasicConstraints', 'Whether this certificate may sign others.', {
    fields: [
      named('cA', 'TRUE: it is a CA. Absent: it is not.', { tag: 0x01, isOptional: true }),
      named('pathLenConstraint', 'How many CAs may stand below it.', { tag: 0x02, isOptional: true }),
    ],
  }),
  [OID.nameConstraints]: named('NameConstraints', 'Names that certificates below may or may not have.', {
    fields: [
      named('permittedSubtrees', 'Allowed names.', { tag: CONTEXT, isOptional: true, ...SUBTREES }),
      named('excludedSubtrees', 'Forbidden names.', { tag: CONTEXT + 1, isOptional: true, ...SUBTREES }),
    ],
  }),
  [OID.cRLDistributionPoints]: named(
    'CRLDistributionPoints',
    'Where the list of revoked certificates is.',
    DISTRIBUTION_POINTS,
  ),
  [OID.certificatePolicies]: named('CertificatePolicies', 'Rules under which it was issued.', {
    each: named('PolicyInformation', 'One set of rules.', {
      fields: [
        named('policyIdentifier', 'The rules, by number.', { tag: TAG.oid }),
        named('policyQualifiers', 'Where to read them.', { isOptional: true }),
      ],
    }),
  }),
  [OID.authorityKeyIdentifier]: named('AuthorityKeyIdentifier', "A short fingerprint of the issuer's key.", {
    fields: [
      named('keyIdentifier', "The issuer's SubjectKeyIdentifier.", { tag: CONTEXT, isOptional: true }),
      named('authorityCertIssuer', "Issuer of the issuer's certificate.", {
        tag: CONTEXT + 1,
        isOptional: true,
        ...GENERAL_NAMES,
      }),
      named('authorityCertSerialNumber', "Serial of the issuer's certificate.", { tag: CONTEXT + 2, isOptional: true }),
    ],
  }),
  [OID.extKeyUsage]: named('ExtKeyUsage', 'For which kind of work the certificate is meant.', {
    each: named('KeyPurposeId', 'One kind of work.', { tag: TAG.oid }),
  }),
  [OID.authorityInfoAccess]: named('AuthorityInfoAccess', 'Where to ask about revocation, where to get the issuer.', {
    each: named('AccessDescription', 'One address.', {
      fields: [named('accessMethod', 'What is found there.', { tag: TAG.oid }), GENERAL_NAME],
    }),
  }),
  [OID.signedCertificateTimestampList]: named(
    'SignedCertificateTimestampList',
    'Promises of public certificate logs.',
    {
      source: 'RFC 6962 §3.3',
    },
  ),
};

const TIME = (name: string, says: string): Shape => named(name, says);

/** A list of extensions, as certificates and CRLs have it. */
export const EXTENSIONS: Shape = named('Extensions', 'Additions: each has an identifier and a value.', {
  each: named('Extension', 'One addition.', {
    fields: [
      named('extnID', 'Which one.', { tag: TAG.oid }),
      named('critical', 'TRUE: who does not understand it must refuse the certificate.', {
        tag: 0x01,
        isOptional: true,
      }),
      named('extnValue', 'Its value, packed as bytes.', { tag: 0x04, holds: (oid) => EXTENSION_VALUES[oid] }),
    ],
  }),
});

/** RFC 5280 §4.1 */
export const CERTIFICATE: Shape = named('Certificate', 'A signed statement: this key belongs to this name.', {
  fields: [
    named('tbsCertificate', 'The part that is signed.', {
      fields: [
        named('version', 'Version of the format.', {
          tag: CONTEXT,
          isOptional: true,
          fields: [named('version', '2 means version 3: counting starts at 0.')],
        }),
        named('serialNumber', "The issuer's number for this certificate.", { tag: 0x02 }),
        ALGORITHM('signature', 'How the issuer signed; repeated after the signed part.'),
        named('issuer', 'Who signed.', NAME_PARTS),
        named('validity', 'From when to when it holds.', {
          fields: [TIME('notBefore', 'Not valid before this moment.'), TIME('notAfter', 'Not valid after it.')],
        }),
        named('subject', 'Whose key it is.', NAME_PARTS),
        named('subjectPublicKeyInfo', 'The public key.', {
          fields: [
            ALGORITHM('algorithm', 'What kind of key.'),
            named('subjectPublicKey', 'The key itself.', {
              tag: 0x03,
              holds: (oid) => (oid === OID.rsaEncryption ? RSA_PUBLIC_KEY : undefined),
            }),
          ],
        }),
        named('issuerUniqueID', 'Out of use.', { tag: CONTEXT + 1, isOptional: true }),
        named('subjectUniqueID', 'Out of use.', { tag: CONTEXT + 2, isOptional: true }),
        named('extensions', 'Additions of version 3.', { tag: CONTEXT + 3, isOptional: true, fields: [EXTENSIONS] }),
      ],
    }),
    ALGORITHM('signatureAlgorithm', 'How the issuer signed.'),
    named('signatureValue', "The issuer's signature over tbsCertificate.", {
      tag: 0x03,
      holds: (oid) => (oid.startsWith('1.2.840.10045.4.') ? EC_SIGNATURE : undefined),
    }),
  ],
});

/** Finds the shape of each child of a node, one after the other. */
export class Fitting {
  readonly #shape: Shape;
  #next = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
  }

  /** The shape of the next child, which has this identifier; `undefined` where there is no word for it. */
  next(identifier: Identifier): Shape | undefined {
    const { each, fields = NO_FIELDS } = this.#shape;
    if (each) return chosen(each, identifier);
    while (this.#next < fields.length) {
      const candidate = fields[this.#next]!;
      this.#next += 1;
      if (candidate.tag === undefined || candidate.tag === identifier) return chosen(candidate, identifier);
      if (!candidate.isOptional) return undefined;
    }
    return undefined;
  }
}

const NO_FIELDS: readonly Shape[] = [];

const chosen = (shape: Shape, identifier: Identifier): Shape | undefined =>
  shape.choice ? shape.choice.find(({ tag }) => tag === identifier) : shape;
