/** What a certificate's extensions say (RFC 5280 section 4.2.1). */
import { KEY_USAGE, type KeyUsage } from '../../asn1/key-usage.ts';
import { OID, type OidName } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { Malformed, onlyElement, type DerReader } from '../der/read.ts';
import { oidText, optionalBoolean, setBits, smallInteger } from '../der/values.ts';
import { readGeneralNames, type GeneralName } from '../names/general-name.ts';

export interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  /** content of the OCTET STRING */
  readonly value: Uint8Array;
}

/** More extensions than any certificate needs. */
const EXTENSIONS = 100;
const PURPOSES = 200;

/** Extensions ::= SEQUENCE OF Extension. One that comes twice is damage (RFC 5280 section 4.2). */
export function readExtensions(reader: DerReader): Extension[] {
  const list = reader.read('the extensions', TAG.sequence).inside();
  const extensions = list.all('extensions', EXTENSIONS, TAG.sequence).map((element) => {
    const inner = element.inside();
    const oid = oidText(inner.read("an extension's OID", TAG.oid));
    const isCritical = optionalBoolean(inner, "An extension's critical mark");
    const value = inner.read("an extension's value", TAG.octetString).body;
    inner.end('An extension');
    return { oid, isCritical, value };
  });
  const seen = new Set<string>();
  for (const { oid } of extensions) {
    if (seen.has(oid)) throw new Malformed(`The extension ${oid} stands there twice.`);
    seen.add(oid);
  }
  return extensions;
}

/** The extension of this name, or null. */
export function extensionOf(extensions: readonly Extension[], name: OidName): Extension | null {
  return extensions.find((extension) => extension.oid === OID[name]) ?? null;
}

export interface BasicConstraints {
  readonly isAuthority: boolean;
  /** how many intermediate authorities may follow; null: any number */
  readonly pathLength: number | null;
}

export function basicConstraints({ value }: Extension): BasicConstraints {
  const reader = onlyElement(value, 'basicConstraints', TAG.sequence).inside();
  const isAuthority = optionalBoolean(reader, 'The CA mark');
  const pathElement = reader.optional('the path length', TAG.integer);
  reader.end('basicConstraints');
  return { isAuthority, pathLength: pathElement ? smallInteger(pathElement, 'The path length') : null };
}

export function keyUsage({ value }: Extension): KeyUsage[] {
  const bits = setBits(onlyElement(value, 'keyUsage', TAG.bitString), 'keyUsage');
  return KEY_USAGE.filter((_, bit) => bits.includes(bit));
}

/** Purposes as OIDs. */
export function extendedKeyUsage({ value }: Extension): string[] {
  const list = onlyElement(value, 'extendedKeyUsage', TAG.sequence).inside();
  if (list.isEmpty) throw new Malformed('extendedKeyUsage must not be empty.');
  return list.all('purposes', PURPOSES, TAG.oid).map((element) => oidText(element));
}

export function subjectKeyIdentifier({ value }: Extension): Uint8Array {
  return onlyElement(value, 'subjectKeyIdentifier', TAG.octetString).body;
}

/** The issuer's key id; null when the extension names the issuer in another way. */
export function authorityKeyIdentifier({ value }: Extension): Uint8Array | null {
  const reader = onlyElement(value, 'authorityKeyIdentifier', TAG.sequence).inside();
  return reader.optional('the key identifier', context(0, 'primitive'))?.body ?? null;
}

export function alternativeNames({ value }: Extension): GeneralName[] {
  const list = onlyElement(value, 'subjectAltName', TAG.sequence).inside();
  if (list.isEmpty) throw new Malformed('subjectAltName must not be empty.');
  return readGeneralNames(list, 'names');
}
