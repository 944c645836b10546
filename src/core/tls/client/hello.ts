/** The ClientHello this client sends, first and after a HelloRetryRequest. RFC 8446 §4.1.2 */
import { x25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { concat, sameBytes } from '../../bytes/reader.ts';
import { ascii, extension, message, u16, u32, u8, vec16, vec8 } from './encode.ts';
import type { Chance, ClientOptions, GroupName } from './options.ts';

export const GROUP_CODES = { x25519: 0x001d, secp256r1: 0x0017 } as const satisfies Record<GroupName, number>;

/** Signatures this client can check; PKCS#1 only inside certificates, RFC 8446 §4.2.3. */
export const OFFERED_SCHEMES = [
  0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
] as const;

/** A fresh key of one group. */
export interface Share {
  readonly group: GroupName;
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
}

export function newShare(group: GroupName, { random }: Chance): Share {
  if (group === 'x25519') {
    const { secretKey, publicKey } = x25519.keygen(random(32));
    return { group, secret: secretKey, public: publicKey };
  }
  const { secretKey } = p256.keygen(random(48));
  return { group, secret: secretKey, public: p256.getPublicKey(secretKey, false) };
}

/**
 * The shared secret, RFC 8446 §7.4.2.
 *
 * @returns null for a public key that is not one of the group
 */
export function sharedSecret({ group, secret }: Share, peer: Uint8Array): Uint8Array | null {
  try {
    if (group === 'x25519') return x25519.getSharedSecret(secret, peer);
    if (peer.at(0) !== 4) return null; // RFC 8446 §4.2.8.2: uncompressed only
    return p256.getSharedSecret(secret, peer).subarray(1);
  } catch {
    return null; // noble throws on points off the curve and on the all-zero result
  }
}

/** What stays the same between a first and a second hello. */
export interface HelloFacts {
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
}

/** Room for a binder is left empty: it is made over the bytes before it. */
export interface Hello {
  readonly bytes: Uint8Array;
  /** length of the hello up to the list of binders; null without a ticket */
  readonly truncatedAt: number | null;
}

/**
 * @param cookie of a HelloRetryRequest, given back unchanged
 * @param binderBytes length of the hash of the ticket's suite
 */
export function clientHello(
  options: ClientOptions,
  { random, sessionId }: HelloFacts,
  shares: readonly Share[],
  cookie: Uint8Array | null,
  ticketAgeMs: number,
  binderBytes: number,
): Hello {
  const { serverName, suites, groups, alpn, ticket } = options;
  const isName = serverName !== null && !/^[\d.]+$|:/.test(serverName); // RFC 6066 §3: no addresses
  const extensions = [
    ...(isName ? [extension(0, vec16(u8(0), vec16(ascii(serverName))))] : []),
    extension(10, vec16(...groups.map((group) => u16(GROUP_CODES[group])))),
    extension(13, vec16(...OFFERED_SCHEMES.map(u16))),
    ...(alpn.length > 0 ? [extension(16, vec16(...alpn.map((name) => vec8(ascii(name)))))] : []),
    extension(43, vec8(u16(0x0304))),
    ...(cookie ? [extension(44, vec16(cookie))] : []),
    extension(45, vec8(u8(1))),
    extension(51, vec16(...shares.map((share) => concat(u16(GROUP_CODES[share.group]), vec16(share.public))))),
  ];
  const binders = vec16(vec8(new Uint8Array(binderBytes)));
  if (ticket) {
    const age = (ticketAgeMs + ticket.ageAdd) % 2 ** 32;
    extensions.push(extension(41, vec16(vec16(ticket.identity), u32(age)), binders)); // must be the last, §4.2.11
  }
  const bytes = message(
    1,
    ...[u16(0x0303), random, vec8(sessionId), vec16(...suites.map(u16)), vec8(u8(0)), vec16(...extensions)],
  );
  return { bytes, truncatedAt: ticket ? bytes.length - binders.length : null };
}

/** The hello with its binder in place. */
export const withBinder = (hello: Uint8Array, binder: Uint8Array): Uint8Array =>
  concat(hello.subarray(0, hello.length - binder.length), binder);

/** The last eight bytes of ServerHello.random that warn of a forced older version, RFC 8446 §4.1.3. */
export const warnsOfDowngrade = (random: Uint8Array): boolean =>
  [0, 1].some((last) => sameBytes(random.subarray(24), concat(ascii('DOWNGRD'), u8(last))));
