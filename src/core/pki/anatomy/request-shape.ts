/** A certificate signing request, RFC 2986 section 4. */
import { OID } from '../../asn1/oids.ts';
import {
  ALGORITHM,
  CONTEXT,
  EXTENSIONS,
  named,
  NAME_PARTS,
  PUBLIC_KEY,
  SIGNATURE,
  type Shape,
} from '../../asn1/shape.ts';
import { TAG } from '../../asn1/tag.ts';

const ATTRIBUTE_VALUES: Readonly<Record<string, Shape>> = {
  [OID.extensionRequest]: named('values', 'The extensions that the asker wishes for.', { each: EXTENSIONS }),
  '1.2.840.113549.1.9.7': named('values', 'A password for the issuer; it stands here for all to read.', {
    each: named('challengePassword', 'The password.'),
  }),
};

export const REQUEST: Shape = named(
  'CertificationRequest',
  'A question to a CA: sign that this key belongs to this name.',
  {
    source: 'RFC 2986 §4',
    fields: [
      named('certificationRequestInfo', 'The part that the asker signed.', {
        fields: [
          named('version', 'Always 0: there is only one version.', { tag: 0x02 }),
          named('subject', 'Whose key it is, as the asker says.', NAME_PARTS),
          PUBLIC_KEY,
          named('attributes', 'What the asker wishes for besides.', {
            tag: CONTEXT,
            isOptional: true,
            each: named('Attribute', 'One wish.', {
              fields: [
                named('type', 'Which one.', { tag: TAG.oid }),
                named('values', 'What it is.', { by: (oid) => ATTRIBUTE_VALUES[oid] }),
              ],
            }),
          }),
        ],
      }),
      ALGORITHM('signatureAlgorithm', 'How the asker signed.'),
      SIGNATURE('signature', 'Made with the private key of the public key above: proof that the asker has it.'),
    ],
  },
);
