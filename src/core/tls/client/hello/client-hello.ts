/** The ClientHello this client sends, first and after a HelloRetryRequest. RFC 8446 §4.1.2 */
import { concat } from '../../../bytes/reader.ts';
import { HASHES } from '../../../primitives/hash.ts';
import type { ClientOptions, Ticket } from '../options.ts';
import { OFFERED_SCHEMES } from '../checks/schemes.ts';
import { ascii, extension, message, u16, u32, u8, vec16, vec8 } from '../wire/encode.ts';
import { GROUP_CODES, type Share } from './key-share.ts';
import { ageOf, hashOf } from './tickets.ts';

/** What a hello carries beside the options: the first three stay the same in a second hello. */
export interface HelloParts {
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly ticket: Ticket | null;
  readonly shares: readonly Share[];
  /** of a HelloRetryRequest, given back unchanged */
  readonly cookie: Uint8Array | null;
  /** Unix time in ms */
  readonly now: number;
}

export interface ClientHello {
  /** the message; a binder in it is still zeros, for it is made over the bytes before it */
  readonly bytes: Uint8Array;
  /** length of the list of binders at its end; 0 without a ticket */
  readonly bindersBytes: number;
  /** types of the extensions in it */
  readonly extensions: ReadonlySet<number>;
}

export function clientHello(options: ClientOptions, parts: HelloParts): ClientHello {
  const { suites, groups, alpn } = options;
  const { random, sessionId, ticket, shares, cookie } = parts;
  const name = sentName(options.serverName);
  const bodies: [type: number, body: Uint8Array][] = [
    ...entry(0, name !== null && vec16(u8(0), vec16(ascii(name)))),
    ...entry(10, vec16(...groups.map((group) => u16(GROUP_CODES[group])))),
    ...entry(13, vec16(...OFFERED_SCHEMES.map(u16))),
    ...entry(16, alpn.length > 0 && vec16(...alpn.map((protocol) => vec8(ascii(protocol))))),
    ...entry(43, vec8(u16(0x0304))),
    ...entry(44, cookie && vec16(cookie)),
    ...entry(45, vec8(u8(1))), // psk_dhe_ke only
    ...entry(51, vec16(...shares.map((share) => concat(u16(GROUP_CODES[share.group]), vec16(share.public))))),
    ...entry(41, ticket && offeredPsk(ticket, parts.now)), // must be the last, §4.2.11
  ];
  const extensions = vec16(...bodies.map(([type, body]) => extension(type, body)));
  const bytes = message(
    1,
    ...[u16(0x0303), random, vec8(sessionId), vec16(...suites.map(u16)), vec8(u8(0)), extensions],
  );
  return {
    bytes,
    bindersBytes: ticket ? binders(ticket).length : 0,
    extensions: new Set(bodies.map(([type]) => type)),
  };
}

const entry = (type: number, body: Uint8Array | null | false): [number, Uint8Array][] => (body ? [[type, body]] : []);

/** The name as server_name carries it: no addresses, no dot at the end, ASCII. RFC 6066 §3 */
function sentName(serverName: string | null): string | null {
  const name = serverName?.replace(/\.$/, '') ?? '';
  const isAddress = /^[\d.]+$|:/.test(name);
  return isAddress || !/^[\x21-\x7e]{1,255}$/.test(name) ? null : name;
}

function offeredPsk(ticket: Ticket, now: number): Uint8Array {
  const age = (ageOf(ticket, now) + ticket.ageAdd) % 2 ** 32; // obfuscated, §4.2.11.1
  return concat(vec16(vec16(ticket.identity), u32(age)), binders(ticket));
}

function binders(ticket: Ticket): Uint8Array {
  return vec16(vec8(new Uint8Array(HASHES[hashOf(ticket) ?? 'SHA256'].bytes)));
}

/** The hello up to its list of binders: what a binder is made over. RFC 8446 §4.2.11.2 */
export const truncated = ({ bytes, bindersBytes }: ClientHello): Uint8Array =>
  bytes.subarray(0, bytes.length - bindersBytes);

/** The hello with its binder in place. */
export const withBinder = ({ bytes }: ClientHello, binder: Uint8Array): Uint8Array =>
  concat(bytes.subarray(0, bytes.length - binder.length), binder);
