/** The subtrees of nameConstraints (RFC 5280 section 4.2.1.10): all names at and below one. */
import { context } from '../../asn1/tag.ts';
import { element, implicit } from '../../asn1/write.ts';
import { concat } from '../../bytes/reader.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { addressBytes } from './address.ts';
import { nameDer, type NameError } from './name-text.ts';

/**
 * A subtree from text: `DNS:example.test` (and all below it), `IP:10.0.0.0/8`, `email:example.test` (a host, `.host`
 * for all below it, or a mailbox), `URI:example.test`, `directory:O=Order Desk`. Without a prefix it is a host or
 * addresses.
 *
 * @returns GeneralName as DER, the base of a GeneralSubtree; else `badAltName` or `badName`
 */
export function subtreeDer(text: string): Result<Uint8Array, NameError | Refusal<'badAltName'>> {
  const [, prefix = '', rest = ''] = /^(?:(dns|ip|email|uri|directory):)?(.*)$/is.exec(text.trim()) ?? [];
  switch (prefix.toLowerCase()) {
    case 'dns':
      return host(2, rest);
    case 'ip':
      return addresses(rest);
    case 'email':
      return rest.includes('@') ? mailbox(rest) : host(1, rest);
    case 'uri':
      return host(6, rest);
    case 'directory': {
      const name = nameDer(rest);
      return name.ok ? done(element(context(4, 'constructed'), name.value)) : name;
    }
    default:
      return rest.includes('/') ? addresses(rest) : host(2, rest);
  }
}

const HOST = /^\.?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

function host(tag: number, text: string): Result<Uint8Array, Refusal<'badAltName'>> {
  if (text.length <= 253 && HOST.test(text)) return done(implicit(tag, toUtf8(text)));
  return refused('badAltName', `"${text}" is not a host name.`);
}

function mailbox(text: string): Result<Uint8Array, Refusal<'badAltName'>> {
  if (text.length <= 320 && /^[\x21-\x7e]+$/.test(text)) return done(implicit(1, toUtf8(text)));
  return refused('badAltName', `"${text}" is not an e-mail address in plain ASCII.`);
}

/** An address and a mask, both as long as the address. */
function addresses(text: string): Result<Uint8Array, Refusal<'badAltName'>> {
  const [base = '', bits = ''] = text.split('/');
  const address = addressBytes(base);
  const count = /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
  if (address === null || !(count <= address.length * 8))
    return refused('badAltName', `"${text}" is not a range of addresses, such as 10.0.0.0/8.`);
  const mask = address.map((_, at) => 0xff & ~(0xff >> Math.min(8, Math.max(0, count - at * 8))));
  return done(
    implicit(
      7,
      concat(
        address.map((byte, at) => byte & (mask.at(at) ?? 0)),
        mask,
      ),
    ),
  );
}
