/** The names of a SAN: DNS, IP, e-mail and URI (RFC 5280 section 4.2.1.6), as DER and as text like `DNS:localhost`. */
import { context, TAG } from '../../asn1/tag.ts';
import { implicit } from '../../asn1/write.ts';
import { toHex } from '../../bytes/hex.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { type DerReader, type Element } from '../der/read.ts';
import { addressBytes, addressText } from './address.ts';
import { nameText } from './name-text.ts';
import { nameOf, stringText, type Name } from './name.ts';

export type GeneralName =
  | { readonly kind: 'DNS' | 'email' | 'URI'; readonly text: string }
  | { readonly kind: 'IP'; readonly bytes: Uint8Array }
  | { readonly kind: 'directory'; readonly name: Name }
  | { readonly kind: 'other'; readonly tag: number; readonly der: Uint8Array };

/** Names in one extension, which hostile certificates fill without end. */
const GENERAL_NAMES = 5000;
const STRINGS = { 1: 'email', 2: 'DNS', 6: 'URI' } as const;

/** GeneralNames without their surrounding tag: everything left in `reader`. */
export function readGeneralNames(reader: DerReader, what: string): GeneralName[] {
  return reader.all(what, GENERAL_NAMES).map((element) => generalName(element));
}

/** One GeneralName. */
export function generalName(element: Element): GeneralName {
  for (const [number, kind] of Object.entries(STRINGS)) {
    if (element.tag !== context(Number(number), 'primitive')) continue;
    const text = stringText(TAG.ia5String, element.body);
    return text === null ? other(element) : { kind, text };
  }
  if (element.tag === context(7, 'primitive')) return { kind: 'IP', bytes: element.body };
  if (element.tag === context(4, 'constructed')) {
    const inner = element.inside();
    const name = nameOf(inner.read('a directory name', TAG.sequence), 'a directory name');
    inner.end('A directory name');
    return { kind: 'directory', name };
  }
  return other(element);
}

function other(element: Element): GeneralName {
  return { kind: 'other', tag: element.tag, der: element.whole };
}

/** `DNS:localhost`, `IP:127.0.0.1`, `email:a@b.ch`, `URI:…`, `directory:O=…`; what is unknown as hex. */
export function generalNameText(name: GeneralName): string {
  switch (name.kind) {
    case 'IP':
      return `IP:${addressText(name.bytes) ?? `#${toHex(name.bytes)}`}`;
    case 'directory':
      return `directory:${nameText(name.name)}`;
    case 'other':
      return `other:#${toHex(name.der)}`;
    default:
      return `${name.kind}:${name.text}`;
  }
}

/**
 * A SAN entry from text: `DNS:`, `IP:`, `email:` or `URI:` in front, or a bare host name or address.
 *
 * @returns GeneralName as DER; else `badAltName`
 */
export function generalNameDer(text: string): Result<Uint8Array, Refusal<'badAltName'>> {
  const at = text.indexOf(':');
  const prefix = at < 0 ? '' : text.slice(0, at).toLowerCase();
  const rest = text.slice(at + 1).trim();
  if (prefix === 'email') return ia5(1, rest, /^[^@\s]+@[^@\s]+$/, 'an e-mail address');
  if (prefix === 'uri') return ia5(6, rest, /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/, 'a URI');
  if (prefix === 'dns') return dns(rest);
  const address = addressBytes(prefix === 'ip' ? rest : text.trim());
  if (address !== null) return done(implicit(7, address));
  return prefix === 'ip' ? bad(`"${rest}" is not an IP address.`) : dns(text.trim());
}

const LABEL = /^(\*|[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)$/;

function dns(host: string): Result<Uint8Array, Refusal<'badAltName'>> {
  const labels = host.split('.');
  const isHost = host.length <= 253 && labels.every((label) => LABEL.test(label));
  if (isHost) return done(implicit(2, toUtf8(host)));
  const isForeign = /[^\x20-\x7e]/.test(host);
  return bad(
    isForeign
      ? `"${host}" has letters beyond ASCII: certificates hold such a host name in its xn-- form.`
      : `"${host}" is not a host name.`,
  );
}

function ia5(number: number, text: string, form: RegExp, what: string): Result<Uint8Array, Refusal<'badAltName'>> {
  const isFit = text.length <= 2000 && /^[\x21-\x7e]+$/.test(text) && form.test(text);
  return isFit ? done(implicit(number, toUtf8(text))) : bad(`"${text}" is not ${what} in plain ASCII.`);
}

function bad(why: string): { ok: false; error: Refusal<'badAltName'> } {
  return refused('badAltName', why);
}
