/** Whether a certificate is for a host (RFC 9525, which follows RFC 6125). */
import { OID } from '../../asn1/oids.ts';
import { addressBytes } from '../names/address.ts';
import { sameBytes } from '../../bytes/reader.ts';
import { generalNameText, type GeneralName } from '../names/general-name.ts';
import { textsOf } from '../names/name.ts';
import type { Certificate } from '../x509/certificate.ts';
import { alternativeNames } from '../x509/extensions.ts';
import { fails, holds, said, valueOf, type Finding } from './check.ts';

/** A host as certificates hold it: without the brackets of an address or the dot at its end, in A-labels (RFC 5890). */
function dialled(host: string): string {
  const bare = /^\[.*\]$/.test(host) ? host.slice(1, -1) : host.replace(/\.$/, '');
  if (!/[^\x20-\x7e]/.test(bare)) return bare;
  return URL.canParse(`http://${bare}`) ? new URL(`http://${bare}`).hostname : bare;
}

/**
 * @param host a DNS name, an IP address or a mail address, as the client dialled it
 * @returns the check `host`. A common name is never taken for a host name (RFC 9525 section 6.3), though OpenSSL still
 *   does where a certificate has no DNS name.
 */
export function hostCheck({ extensions, subject }: Certificate, wanted: string): Finding {
  const host = dialled(wanted);
  const names = valueOf(said(extensions, 'subjectAltName', alternativeNames)) ?? [];
  const address = addressBytes(host);
  const isNamed = names.some((name) => (address === null ? isForHost(name, host) : isForAddress(name, address)));
  if (isNamed) return holds('host', `It is made out for ${host}.`);
  if (names.length > 0) {
    return fails('host', `It is for ${shortened(names.map(generalNameText))}, not for ${host}.`);
  }
  const commonNames = textsOf(subject, OID.commonName);
  const isOnlyCommon = commonNames.some((name) => name.toLowerCase() === host.toLowerCase());
  return fails(
    'host',
    isOnlyCommon
      ? `Only its common name is ${host}; a host name must stand in the subjectAltName. Some older programs accept it.`
      : `It names no host at all, so it is not for ${host}.`,
  );
}

function shortened(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

function isForAddress(name: GeneralName, address: Uint8Array): boolean {
  return name.kind === 'IP' && sameBytes(name.bytes, address);
}

function isForHost(name: GeneralName, host: string): boolean {
  if (host.includes('@')) return name.kind === 'email' && isSameMailbox(name.text, host);
  return name.kind === 'DNS' && matchesHost(name.text, host);
}

/** The part before the `@` is the host's own affair, so its case counts (RFC 5280 section 7.5). */
function isSameMailbox(one: string, other: string): boolean {
  const [at, otherAt] = [one.lastIndexOf('@'), other.lastIndexOf('@')];
  return (
    one.slice(0, at) === other.slice(0, otherAt) && one.slice(at).toLowerCase() === other.slice(otherAt).toLowerCase()
  );
}

/** Letters compare without case; `*` stands for the whole of the first label, and at least two labels follow it. */
export function matchesHost(pattern: string, host: string): boolean {
  const wanted = host.toLowerCase().replace(/\.$/, '');
  const given = pattern.toLowerCase();
  if (given === wanted) return given !== '';
  if (!given.startsWith('*.')) return false;
  const rest = given.slice(1);
  const first = wanted.indexOf('.');
  return rest.slice(1).includes('.') && !rest.includes('*') && first > 0 && wanted.slice(first) === rest;
}
