/** Shapes of an answer about revocation, RFC 6960 §4.2.1. */
import { ALGORITHM, CERTIFICATE, CONTEXT, EXTENSIONS, NAME, named, type Shape } from './shape.ts';

const CERT_ID = named('certID', 'Which certificate is meant.', {
  fields: [
    ALGORITHM('hashAlgorithm', 'How the two hashes were made.'),
    named('issuerNameHash', "Hash of the issuer's name.", { tag: 0x04 }),
    named('issuerKeyHash', "Hash of the issuer's key.", { tag: 0x04 }),
    named('serialNumber', 'The number of the certificate.', { tag: 0x02 }),
  ],
});

const SINGLE_RESPONSE = named('SingleResponse', 'The answer for one certificate.', {
  fields: [
    CERT_ID,
    named('certStatus', 'What became of it.', {
      choice: [
        named('good', 'Not revoked.', { tag: CONTEXT }),
        named('revoked', 'Revoked at this moment.', { tag: CONTEXT + 1 }),
        named('unknown', 'The responder does not know this certificate.', { tag: CONTEXT + 2 }),
      ],
    }),
    named('thisUpdate', 'The answer holds from this moment.'),
    named('nextUpdate', 'A newer answer will be there by then.', { tag: CONTEXT, isOptional: true }),
    named('singleExtensions', 'Additions.', { tag: CONTEXT + 1, isOptional: true, fields: [EXTENSIONS] }),
  ],
});

const BASIC = named('BasicOCSPResponse', 'The answer itself, signed.', {
  fields: [
    named('tbsResponseData', 'The part that is signed.', {
      fields: [
        named('version', 'Version of the format.', { tag: CONTEXT, isOptional: true }),
        named('responderID', 'Who answers.', {
          choice: [
            named('byName', 'By name.', { tag: CONTEXT + 1, fields: [NAME] }),
            named('byKey', 'By a hash of the key.', { tag: CONTEXT + 2 }),
          ],
        }),
        named('producedAt', 'When it was signed.'),
        named('responses', 'The answers.', { each: SINGLE_RESPONSE }),
        named('responseExtensions', 'Additions.', { tag: CONTEXT + 1, isOptional: true, fields: [EXTENSIONS] }),
      ],
    }),
    ALGORITHM('signatureAlgorithm', 'How the responder signed.'),
    named('signature', 'The signature over tbsResponseData.', { tag: 0x03 }),
    named('certs', 'Certificates to check it with.', {
      tag: CONTEXT,
      isOptional: true,
      fields: [named('certs', 'Certificates.', { each: CERTIFICATE })],
    }),
  ],
});

export const OCSP_RESPONSE: Shape = named('OCSPResponse', 'Fresh word of the CA about a certificate.', {
  source: 'RFC 6960 §4.2.1',
  fields: [
    named('responseStatus', '0: there is an answer.', { tag: 0x0a }),
    named('responseBytes', 'The answer.', {
      tag: CONTEXT,
      isOptional: true,
      fields: [
        named('ResponseBytes', 'The answer and its kind.', {
          fields: [
            named('responseType', 'The kind of answer.', { tag: 0x06 }),
            named('response', 'The answer, packed as bytes.', { tag: 0x04, holds: () => BASIC }),
          ],
        }),
      ],
    }),
  ],
});
