/** Whether a certificate asks for the issuer that it is given: authorityKeyIdentifier (RFC 5280 section 4.2.1.1). */
import { context, TAG } from '../../asn1/tag.ts';
import { toHex } from '../../bytes/hex.ts';
import { sameBytes } from '../../bytes/reader.ts';
import { onlyElement } from '../der/read.ts';
import { readGeneralNames, type GeneralName } from '../names/general-name.ts';
import type { Certificate } from '../x509/certificate.ts';
import { subjectKeyIdentifier, type Extension } from '../x509/extensions.ts';
import { fails, holds, remark, said, valueOf, type Finding } from './check.ts';
import { isSameName } from './same-name.ts';

/** What a certificate says of its issuer's certificate; each part may be missing. */
export interface Wanted {
  readonly keyId: Uint8Array | null;
  readonly issuer: readonly GeneralName[] | null;
  /** content of the INTEGER */
  readonly serial: Uint8Array | null;
}

export function wantedIssuer({ value }: Extension): Wanted {
  const reader = onlyElement(value, 'authorityKeyIdentifier', TAG.sequence).inside();
  const keyId = reader.optional('the key identifier', context(0, 'primitive'));
  const issuer = reader.optional('the issuer', context(1, 'constructed'));
  const serial = reader.optional('the serial number', context(2, 'primitive'));
  reader.end('authorityKeyIdentifier');
  return {
    keyId: keyId?.body ?? null,
    issuer: issuer && readGeneralNames(issuer.inside(), 'names'),
    serial: serial?.body ?? null,
  };
}

/** Whether a certificate and its issuer agree about who the issuer is; null where there is nothing to compare. */
export function keyIdsAgree(certificate: Certificate, issuer: Certificate): boolean | null {
  const wanted = valueOf(said(certificate.extensions, 'authorityKeyIdentifier', wantedIssuer));
  if (wanted === null) return null;
  const own = valueOf(said(issuer.extensions, 'subjectKeyIdentifier', subjectKeyIdentifier));
  const answers = [
    wanted.keyId && own ? sameBytes(wanted.keyId, own) : null,
    wanted.serial ? sameBytes(wanted.serial, issuer.serial) : null,
    isNamed(wanted, issuer),
  ].filter((answer) => answer !== null);
  return answers.length === 0 ? null : answers.every((answer) => answer);
}

/** The name meant is that of the issuer's own issuer, as its serial number is one of that issuer's numbers. */
function isNamed({ issuer: names }: Wanted, { issuer }: Certificate): boolean | null {
  const name = names?.find(({ kind }) => kind === 'directory');
  return name?.kind === 'directory' ? isSameName(name.name, issuer) : null;
}

/** The check `key-id`. */
export function keyIdCheck(certificate: Certificate, issuer: Certificate): Finding {
  const agrees = keyIdsAgree(certificate, issuer);
  if (agrees === null) return remark('key-id', 'No key identifiers to compare: only the name leads to the issuer.');
  if (agrees) return holds('key-id', 'The key identifier of its issuer is the one it asks for.');
  const own = valueOf(said(issuer.extensions, 'subjectKeyIdentifier', subjectKeyIdentifier));
  const wanted = valueOf(said(certificate.extensions, 'authorityKeyIdentifier', wantedIssuer));
  return wanted?.keyId && own && !sameBytes(wanted.keyId, own)
    ? fails('key-id', `It asks for an issuer with another key identifier than ${toHex(own)}: same name, other key.`)
    : fails('key-id', 'It asks for an issuer whose own certificate has another issuer or serial number.');
}

/** The same of a root, which is its own issuer: null unless it contradicts itself. */
export function rootKeyIdCheck(root: Certificate): Finding | null {
  const isOwnIssuer = isSameName(root.subject, root.issuer);
  return isOwnIssuer && keyIdsAgree(root, root) === false
    ? fails(
        'key-id',
        'It says that it has signed itself, and asks for an issuer with another key identifier than its own.',
      )
    : null;
}
