/** A PKCS#12 file (RFC 7292): keys and certificates in bags, under a passphrase. */
import { CERTIFICATE, CONTEXT, named, type Shape } from '../../asn1/shape.ts';
import { TAG } from '../../asn1/tag.ts';
import { ATTRIBUTES, ENCRYPTED_PRIVATE_KEY, ENCRYPTION, PRIVATE_KEY } from './key-shapes.ts';
import { LIST } from './list-shape.ts';

const [DATA, ENCRYPTED_DATA] = ['1.2.840.113549.1.7.1', '1.2.840.113549.1.7.6'];
const BAGS = '1.2.840.113549.1.12.10.1.';
const [X509_CERTIFICATE, X509_CRL] = ['1.2.840.113549.1.9.22.1', '1.2.840.113549.1.9.23.1'];

const explicit = (name: string, says: string, inside: Shape): Shape =>
  named(name, says, { tag: CONTEXT, fields: [inside] });

const packed = (name: string, says: string, id: string, held: Shape): Shape =>
  named(name, says, {
    fields: [
      named(`${name.toLowerCase().slice(0, -3)}Id`, 'Of which kind.', { tag: TAG.oid }),
      explicit(
        'value',
        'What is in it.',
        named('value', 'Packed as bytes.', { holds: (oid) => (oid === id ? held : undefined) }),
      ),
    ],
  });

const BAG_VALUES: Readonly<Record<string, Shape>> = {
  [`${BAGS}1`]: explicit('bagValue', 'What is in the bag.', PRIVATE_KEY),
  [`${BAGS}2`]: explicit('bagValue', 'What is in the bag.', ENCRYPTED_PRIVATE_KEY),
  [`${BAGS}3`]: explicit(
    'bagValue',
    'What is in the bag.',
    packed('CertBag', 'A certificate.', X509_CERTIFICATE, CERTIFICATE),
  ),
  [`${BAGS}4`]: explicit('bagValue', 'What is in the bag.', packed('CRLBag', 'A revocation list.', X509_CRL, LIST)),
};

const SAFE_CONTENTS: Shape = named('SafeContents', 'Bags.', {
  each: named('SafeBag', 'One bag: a key, a certificate.', {
    fields: [
      named('bagId', 'What kind of bag.', { tag: TAG.oid }),
      named('bagValue', 'What is in the bag.', { tag: CONTEXT, by: (oid) => BAG_VALUES[oid] }),
      named('bagAttributes', 'Remarks, such as a name for people.', { tag: 0x11, isOptional: true, ...ATTRIBUTES }),
    ],
  }),
});

const CONTENTS: Readonly<Record<string, Shape>> = {
  [DATA]: explicit(
    'content',
    'Bags in the clear.',
    named('Data', 'Packed as bytes.', { tag: 0x04, holds: () => SAFE_CONTENTS }),
  ),
  [ENCRYPTED_DATA]: explicit(
    'content',
    'Bags under a passphrase.',
    named('EncryptedData', 'Bags under a passphrase.', {
      source: 'RFC 5652 §8',
      fields: [
        named('version', 'Version of the format.', { tag: 0x02 }),
        named('encryptedContentInfo', 'What is encrypted, and how.', {
          fields: [
            named('contentType', 'What comes out.', { tag: TAG.oid }),
            ENCRYPTION('contentEncryptionAlgorithm'),
            named('encryptedContent', 'The bags, unreadable without the passphrase.', {
              tag: CONTEXT,
              isOptional: true,
            }),
          ],
        }),
      ],
    }),
  ),
};

const AUTHENTICATED_SAFE: Shape = named('AuthenticatedSafe', 'The parts of the file, each in the clear or encrypted.', {
  each: named('ContentInfo', 'One part.', {
    fields: [
      named('contentType', 'Whether it is encrypted.', { tag: TAG.oid }),
      named('content', 'The part itself.', { tag: CONTEXT, isOptional: true, by: (oid) => CONTENTS[oid] }),
    ],
  }),
});

export const PFX: Shape = named('PFX', 'Keys and certificates in one file, under a passphrase (PKCS#12).', {
  source: 'RFC 7292 §4',
  fields: [
    named('version', 'Always 3.', { tag: 0x02 }),
    named('authSafe', 'All parts together.', {
      fields: [
        named('contentType', 'What it is.', { tag: TAG.oid }),
        explicit(
          'content',
          'The parts.',
          named('Data', 'Packed as bytes.', { tag: 0x04, holds: () => AUTHENTICATED_SAFE }),
        ),
      ],
    }),
    named('macData', 'A seal over the parts, made with the passphrase.', {
      isOptional: true,
      fields: [
        named('mac', 'The seal.', {
          fields: [
            named('digestAlgorithm', 'Which hash.', {
              fields: [
                named('algorithm', 'Which algorithm, by its worldwide number.', { tag: TAG.oid }),
                named('parameters', 'Settings of the algorithm.', { isOptional: true }),
              ],
            }),
            named('digest', 'The seal itself.', { tag: 0x04 }),
          ],
        }),
        named('macSalt', 'Random bytes, so that equal passphrases give different keys.', { tag: 0x04 }),
        named('iterations', 'How often the hash is repeated: what makes guessing slow.', {
          tag: 0x02,
          isOptional: true,
        }),
      ],
    }),
  ],
});
