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
  /** how the value reads in a line: a primitive context value else as hex, a SEQUENCE else by its parts */
  readonly as?: 'text' | 'address' | 'identifier' | 'name' | 'attribute' | 'certificate';
  /** another shape, by the identifier nearest before the value; this one where it gives none */
  readonly by?: (oid: string) => Shape | undefined;
  /** what a string holds that is DER in turn; `oid` is the identifier nearest before it */
  readonly holds?: (oid: string) => Shape | undefined;
  /** names of the bits of a BIT STRING, first bit first */
  readonly bits?: readonly string[];
  /** words for the numbers of an INTEGER or ENUMERATED */
  readonly numbers?: Readonly<Record<number, string>>;
  /** where the shape is defined, when not where its parent is */
  readonly source?: string;
}

export const UNNAMED: Shape = { name: '', says: '' };

export const CONTEXT = 0x80;

/** A shape by its name and sentence. */
export const named = (name: string, says: string, rest: Omit<Shape, 'name' | 'says'> = {}): Shape => ({
  name,
  says,
  ...rest,
});

export const ALGORITHM = (name: string, says: string): Shape =>
  named(name, says, {
    fields: [
      named('algorithm', 'Which algorithm, by its worldwide number.', { tag: TAG.oid }),
      named('parameters', 'Settings of the algorithm, such as the curve.', {
        isOptional: true,
        by: parametersOf,
      }),
    ],
  });

/** What stands beside an algorithm's number, where it is more than NULL or a curve. */
function parametersOf(oid: string): Shape | undefined {
  if (oid === OID['rsassa-pss']) return PSS_PARAMETERS;
  return oid === OID.mgf1 ? { ...HASH, name: 'parameters', says: 'The hash that the mask is made with.' } : undefined;
}

const HASH = ALGORITHM('algorithm', 'Which hash.');

const PSS_PARAMETERS = named('parameters', 'Settings of the RSA signature with a salt.', {
  source: 'RFC 4055 §3.1',
  fields: [
    named('hashAlgorithm', 'The hash of what is signed.', { tag: CONTEXT, isOptional: true, fields: [HASH] }),
    named('maskGenAlgorithm', 'How the mask is made.', {
      tag: CONTEXT + 1,
      isOptional: true,
      fields: [ALGORITHM('algorithm', 'Which way.')],
    }),
    named('saltLength', 'Bytes of salt; 20 where it is not said.', {
      tag: CONTEXT + 2,
      isOptional: true,
      fields: [named('saltLength', 'The number itself.')],
    }),
    named('trailerField', 'Always 1.', { tag: CONTEXT + 3, isOptional: true, fields: [named('number', '1.')] }),
  ],
});

export const NAME_PARTS: Omit<Shape, 'name' | 'says'> = {
  as: 'name',
  each: named('RelativeDistinguishedName', 'One step of the name.', {
    each: named('AttributeTypeAndValue', 'One part of the name, such as CN.', {
      as: 'attribute',
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
export const GENERAL_NAMES: Omit<Shape, 'name' | 'says'> = { each: GENERAL_NAME };

const SUBTREES: Omit<Shape, 'name' | 'says'> = {
  each: named('GeneralSubtree', 'All names at and below one.', {
    fields: [
      GENERAL_NAME,
      named('minimum', 'Always 0.', { tag: CONTEXT, isOptional: true }),
      named('maximum', 'Out of use.', { tag: CONTEXT + 1, isOptional: true }),
    ],
  }),
};

export const RSA_PUBLIC_KEY = named('RSAPublicKey', 'An RSA key: two numbers.', {
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

/** A signature, which takes part in two numbers where it was made on a curve. */
export const SIGNATURE = (name: string, says: string): Shape =>
  named(name, says, {
    tag: 0x03,
    holds: (oid) => (oid.startsWith('1.2.840.10045.4.') ? EC_SIGNATURE : undefined),
  });

/** RFC 5280 §4.2.1.13 */
export const REASON_FLAGS = [
  ...['unused', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded'],
  ...['cessationOfOperation', 'certificateHold', 'privilegeWithdrawn', 'aACompromise'],
] as const;

export const POINT_NAME = named('distributionPoint', 'Where it is.', {
  tag: CONTEXT,
  isOptional: true,
  fields: [
    named('name', 'The place.', {
      choice: [
        named('fullName', 'The address.', { tag: CONTEXT, ...GENERAL_NAMES }),
        named('nameRelativeToCRLIssuer', 'The last step of a name below that of who signs the list.', {
          tag: CONTEXT + 1,
        }),
      ],
    }),
  ],
});

const DISTRIBUTION_POINTS: Omit<Shape, 'name' | 'says'> = {
  each: named('DistributionPoint', 'One place.', {
    fields: [
      POINT_NAME,
      named('reasons', 'For which reasons.', { tag: CONTEXT + 1, isOptional: true, bits: REASON_FLAGS }),
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
  [OID.freshestCRL]: named('FreshestCRL', 'Where the list of the newest changes is.', DISTRIBUTION_POINTS),
  [OID.policyConstraints]: named('PolicyConstraints', 'How strictly rules of issue count below.', {
    fields: [
      named('requireExplicitPolicy', 'From how many steps below rules must be named.', {
        tag: CONTEXT,
        isOptional: true,
      }),
      named('inhibitPolicyMapping', 'From how many steps below rules are not translated.', {
        tag: CONTEXT + 1,
        isOptional: true,
      }),
    ],
  }),
  [OID.inhibitAnyPolicy]: named('InhibitAnyPolicy', 'From how many steps below "any rules" does not count.'),
  [OID.netscapeComment]: named('NetscapeComment', 'A remark of the issuer.'),
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

/** A list of extensions, where those of certificates and these further ones have names within. */
export const extensionsWith = (further: Readonly<Record<string, Shape>>): Shape =>
  named('Extensions', 'Additions: each has an identifier and a value.', {
    each: named('Extension', 'One addition.', {
      fields: [
        named('extnID', 'Which one.', { tag: TAG.oid }),
        named('critical', 'TRUE: who does not understand it must refuse the certificate.', {
          tag: 0x01,
          isOptional: true,
        }),
        named('extnValue', 'Its value, packed as bytes.', {
          tag: 0x04,
          holds: (oid) => further[oid] ?? EXTENSION_VALUES[oid],
        }),
      ],
    }),
  });

export const EXTENSIONS: Shape = extensionsWith({});

/** RFC 5280 §4.1.2.7 */
export const PUBLIC_KEY: Shape = named('subjectPublicKeyInfo', 'The public key.', {
  fields: [
    ALGORITHM('algorithm', 'What kind of key.'),
    named('subjectPublicKey', 'The key itself.', {
      tag: 0x03,
      holds: (oid) => (oid === OID.rsaEncryption ? RSA_PUBLIC_KEY : undefined),
    }),
  ],
});

/** RFC 5280 §4.1 */
export const CERTIFICATE: Shape = named('Certificate', 'A signed statement: this key belongs to this name.', {
  as: 'certificate',
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
        PUBLIC_KEY,
        named('issuerUniqueID', 'Out of use.', { tag: CONTEXT + 1, isOptional: true }),
        named('subjectUniqueID', 'Out of use.', { tag: CONTEXT + 2, isOptional: true }),
        named('extensions', 'Additions of version 3.', { tag: CONTEXT + 3, isOptional: true, fields: [EXTENSIONS] }),
      ],
    }),
    ALGORITHM('signatureAlgorithm', 'How the issuer signed.'),
    SIGNATURE('signatureValue', "The issuer's signature over tbsCertificate."),
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
