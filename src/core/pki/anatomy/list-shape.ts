/** A certificate revocation list, RFC 5280 section 5.1. */
import { OID } from '../../asn1/oids.ts';
import {
  ALGORITHM,
  CONTEXT,
  extensionsWith,
  GENERAL_NAMES,
  named,
  NAME_PARTS,
  POINT_NAME,
  REASON_FLAGS,
  SIGNATURE,
  type Shape,
} from '../../asn1/shape.ts';
import { REASONS } from '../x509/crl.ts';

/** By number; the one that was never given out has no word. */
const REASON_NUMBERS: Readonly<Record<number, string>> = Object.fromEntries(
  [...REASONS.entries()].filter(([, reason]) => reason !== 'reserved'),
);

/** What stands in the extensions of a list and of its entries, beside those that certificates have too. */
const EXTENSIONS = extensionsWith({
  [OID.cRLNumber]: named('CRLNumber', 'The number of this list: each later one has a higher.', {
    source: 'RFC 5280 §5.2.3',
  }),
  [OID.deltaCRLIndicator]: named('BaseCRLNumber', 'This list only has the changes since the one of this number.', {
    source: 'RFC 5280 §5.2.4',
  }),
  [OID.issuingDistributionPoint]: named('IssuingDistributionPoint', 'Which certificates this list is about.', {
    source: 'RFC 5280 §5.2.5',
    fields: [
      POINT_NAME,
      named('onlyContainsUserCerts', 'Only about certificates that are no CA.', { tag: CONTEXT + 1, isOptional: true }),
      named('onlyContainsCACerts', 'Only about certificates of CAs.', { tag: CONTEXT + 2, isOptional: true }),
      named('onlySomeReasons', 'Only about these reasons.', { tag: CONTEXT + 3, isOptional: true, bits: REASON_FLAGS }),
      named('indirectCRL', 'Also about certificates of other issuers.', { tag: CONTEXT + 4, isOptional: true }),
      named('onlyContainsAttributeCerts', 'Only about attribute certificates.', { tag: CONTEXT + 5, isOptional: true }),
    ],
  }),
  [OID.reasonCode]: named('CRLReason', 'Why it was revoked.', { source: 'RFC 5280 §5.3.1', numbers: REASON_NUMBERS }),
  [OID.invalidityDate]: named('InvalidityDate', 'Since when the key is not to be trusted.', {
    source: 'RFC 5280 §5.3.2',
  }),
  [OID.certificateIssuer]: named('CertificateIssuer', 'Whose certificate this entry and those after it are about.', {
    source: 'RFC 5280 §5.3.3',
    ...GENERAL_NAMES,
  }),
});

const EXTENSIONS_OF_ENTRY: Shape = { ...EXTENSIONS, name: 'crlEntryExtensions', says: 'More about it, such as why.' };

const time = (name: string, says: string): Shape =>
  named(name, says, {
    choice: [named(name, says, { tag: 0x17 }), named(name, says, { tag: 0x18 })],
  });

export const LIST: Shape = named('CertificateList', 'A signed list: these certificates are no longer good.', {
  source: 'RFC 5280 §5.1',
  fields: [
    named('tbsCertList', 'The part that is signed.', {
      fields: [
        named('version', '1 means version 2: counting starts at 0.', { tag: 0x02, isOptional: true }),
        ALGORITHM('signature', 'How the issuer signed; repeated after the signed part.'),
        named('issuer', 'Who signed.', NAME_PARTS),
        time('thisUpdate', 'When this list was made.'),
        named('nextUpdate', 'By then the next list is there; after it this one is stale.', {
          tag: 0x17,
          isOptional: true,
        }),
        named('nextUpdate', 'By then the next list is there; after it this one is stale.', {
          tag: 0x18,
          isOptional: true,
        }),
        named('revokedCertificates', 'The certificates that are no longer good.', {
          tag: 0x10,
          isOptional: true,
          each: named('revokedCertificate', 'One of them.', {
            fields: [
              named('userCertificate', 'Its serial number.', { tag: 0x02 }),
              named('revocationDate', 'Since when it is not good.'),
              { ...EXTENSIONS_OF_ENTRY, isOptional: true },
            ],
          }),
        }),
        named('crlExtensions', 'Additions of version 2.', { tag: CONTEXT, isOptional: true, fields: [EXTENSIONS] }),
      ],
    }),
    ALGORITHM('signatureAlgorithm', 'How the issuer signed.'),
    SIGNATURE('signatureValue', "The issuer's signature over tbsCertList."),
  ],
});
