/** What a request asked for and what its certificate grants, side by side: a request is a wish, the authority decides. */
import { oidName } from '../asn1/oids.ts';
import { refused, type Result } from '../bytes/result.ts';
import { reading } from './der/read.ts';
import { certificateFrom, requestFrom, type InputError } from './input.ts';
import { isSameKey, keyKind } from './keys/public-key.ts';
import { generalNameText } from './names/general-name.ts';
import { nameText } from './names/name-text.ts';
import type { Certificate } from './x509/certificate.ts';
import * as ext from './x509/extensions.ts';
import type { Request } from './x509/request.ts';

/** One wish, or one thing that the authority added. */
export interface Grant {
  /** `subject`, `public key`, or the name of an extension as RFC 5280 registers it */
  readonly what: string;
  /** null: not asked for */
  readonly asked: string | null;
  /** null: not granted */
  readonly granted: string | null;
  readonly outcome: 'granted' | 'changed' | 'refused' | 'added';
}

/**
 * Each wish of a request beside what became of it. Names of a SAN are compared one by one. What every authority adds by
 * itself (serial, validity, key identifiers) is left out.
 *
 * @param options both PEM
 */
export function whatWasGranted(options: {
  readonly request: string;
  readonly certificate: string;
}): Result<readonly Grant[], InputError> {
  const request = requestFrom(options.request);
  if (!request.ok) return request;
  const certificate = certificateFrom(options.certificate);
  if (!certificate.ok) return certificate;
  const read = reading(() => compared(request.value, certificate.value));
  return read.ok ? read : refused('damaged', `An extension is damaged. ${read.error.why}`);
}

const SINGLE = ['basicConstraints', 'keyUsage', 'extKeyUsage'] as const;
/** The authority's own words, which no request is expected to hold. */
const ITS_OWN: readonly string[] = ['subjectKeyIdentifier', 'authorityKeyIdentifier', 'subjectAltName', ...SINGLE];

function compared(request: Request, certificate: Certificate): Grant[] {
  const isOwnKey = isSameKey(request.publicKey, certificate.publicKey);
  const others = new Set([...request.extensions, ...certificate.extensions].map(({ oid }) => oidName(oid)));
  ITS_OWN.forEach((name) => others.delete(name));
  return [
    grant('subject', nameText(request.subject), nameText(certificate.subject)),
    grant('public key', keyKind(request.publicKey), isOwnKey ? keyKind(certificate.publicKey) : 'another key'),
    ...names(request, certificate),
    ...SINGLE.flatMap((what) => both(what, textOf(request, what), textOf(certificate, what))),
    ...[...others].flatMap((what) => both(what, presence(request, what), presence(certificate, what))),
  ];
}

const grant = (what: string, asked: string | null, granted: string | null): Grant => ({
  ...{ what, asked, granted },
  outcome: granted === null ? 'refused' : asked === null ? 'added' : asked === granted ? 'granted' : 'changed',
});

const both = (what: string, asked: string | null, granted: string | null): Grant[] =>
  asked === null && granted === null ? [] : [grant(what, asked, granted)];

interface Extended {
  readonly extensions: readonly ext.Extension[];
}

function names(request: Extended, certificate: Extended): Grant[] {
  const [asked, granted] = [sanOf(request), sanOf(certificate)];
  return [...new Set([...asked, ...granted])].map((name) =>
    grant('subjectAltName', asked.includes(name) ? name : null, granted.includes(name) ? name : null),
  );
}

function sanOf({ extensions }: Extended): string[] {
  const found = ext.extensionOf(extensions, 'subjectAltName');
  return found ? ext.alternativeNames(found).map(generalNameText) : [];
}

function textOf({ extensions }: Extended, what: (typeof SINGLE)[number]): string | null {
  const found = ext.extensionOf(extensions, what);
  if (found === null) return null;
  switch (what) {
    case 'keyUsage':
      return ext.keyUsage(found).join(', ');
    case 'extKeyUsage':
      return ext.extendedKeyUsage(found).map(oidName).join(', ');
    case 'basicConstraints': {
      const { isAuthority, pathLength } = ext.basicConstraints(found);
      if (!isAuthority) return 'no authority';
      return pathLength === null ? 'an authority' : `an authority, path length ${pathLength}`;
    }
  }
}

function presence({ extensions }: Extended, name: string): string | null {
  return extensions.some(({ oid }) => oidName(oid) === name) ? 'present' : null;
}
