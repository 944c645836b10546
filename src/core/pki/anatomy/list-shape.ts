/** A certificate revocation list, RFC 5280 section 5.1. */
import { ALGORITHM, CONTEXT, EXTENSIONS, named, NAME_PARTS, SIGNATURE, type Shape } from '../../asn1/shape.ts';

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
