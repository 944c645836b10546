/** DER inside TLS messages. */
import { derFields } from '../../asn1/fields.ts';
import * as shapes from '../../asn1/shape.ts';
import { UNNAMED, type Shape } from '../../asn1/shape.ts';
import { OCSP_RESPONSE as OCSP } from '../../asn1/ocsp.ts';
import type { Format } from '../format/format.ts';

/** A format that reads everything as DER of a shape. */
function der(shape: Shape): Format {
  return {
    name: shape.name,
    mayBeEmpty: true,
    read(input, _env, out) {
      for (const field of derFields(input, shape)) out.push(field);
    },
  };
}

export const CERTIFICATE = der(shapes.CERTIFICATE);
export const PUBLIC_KEY = der(shapes.PUBLIC_KEY);
export const OCSP_RESPONSE = der(OCSP);
export const DISTINGUISHED_NAME = der(shapes.NAME);
export const OBJECT_IDENTIFIER = der({ ...UNNAMED, name: 'oid' });
