/** IPv4 and IPv6 up to the TCP segment inside. */
import type { Reader } from '../../bytes/reader.ts';

export type IpPacket =
  | {
      readonly kind: 'tcp';
      /** 4 or 16 bytes */
      readonly source: Uint8Array;
      readonly destination: Uint8Array;
      readonly segment: Reader;
      /** bytes of the segment that were sent but not captured */
      readonly missing: number;
    }
  /** neither TCP nor damaged: nothing of ours */
  | { readonly kind: 'other' }
  | { readonly kind: 'fragment' }
  | { readonly kind: 'cut' };

const TCP = 6;
const OTHER: IpPacket = { kind: 'other' };
const FRAGMENT: IpPacket = { kind: 'fragment' };
const CUT: IpPacket = { kind: 'cut' };

/** @param packet from the first byte of the IP header */
export function openIp(packet: Reader): IpPacket {
  const version = packet.peek(1) >> 4;
  if (version === 4) return openIpv4(packet);
  return version === 6 ? openIpv6(packet) : packet.left === 0 ? CUT : OTHER;
}

/** RFC 791 §3.1 */
function openIpv4(packet: Reader): IpPacket {
  const headerBytes = (packet.peek(1) & 15) * 4;
  if (headerBytes < 20 || packet.left < headerBytes) return CUT;
  const announced = packet.peek(2, 2);
  const fragment = packet.peek(2, 6) & 0x3fff; // more fragments, and the offset
  if (packet.peek(1, 9) !== TCP) return OTHER;
  if (fragment !== 0) return FRAGMENT;
  // A network card that cuts packets itself hands them over with length 0.
  const total = announced === 0 ? packet.left : announced;
  if (total < headerBytes) return CUT;
  const captured = Math.min(total, packet.left);
  const header = packet.part(headerBytes);
  header.skip(12);
  const [source, destination] = [header.take(4), header.take(4)];
  const segment = packet.part(captured - headerBytes);
  return { kind: 'tcp', source, destination, segment, missing: total - captured };
}

/** Extension headers of RFC 8200 §4, each with how its length octet counts. */
const EXTENSIONS: ReadonlyMap<number, (length: number) => number> = new Map([
  [0, inEights], // hop-by-hop options
  [43, inEights], // routing
  [44, () => 8], // fragment
  [51, (length) => (length + 2) * 4], // authentication
  [60, inEights], // destination options
  [135, inEights], // mobility
  [139, inEights], // host identity
  [140, inEights], // shim6
]);
const FRAGMENT_HEADER = 44;

function inEights(length: number): number {
  return (length + 1) * 8;
}

/** RFC 8200 §3 */
function openIpv6(packet: Reader): IpPacket {
  if (packet.left < 40) return CUT;
  const announced = packet.peek(2, 4);
  let next = packet.peek(1, 6);
  packet.skip(8);
  const [source, destination] = [packet.take(16), packet.take(16)];
  const total = announced === 0 ? packet.left : announced;
  const missing = Math.max(0, total - packet.left);
  const payload = packet.part(total);
  for (let length = EXTENSIONS.get(next); length !== undefined; length = EXTENSIONS.get(next)) {
    if (payload.left < 8) return CUT;
    // One whole packet may carry a fragment header too: offset 0, no more fragments (RFC 6946).
    if (next === FRAGMENT_HEADER && (payload.peek(2, 2) & 0xfff9) !== 0) return FRAGMENT;
    next = payload.peek(1);
    payload.skip(length(payload.peek(1, 1)));
  }
  return next === TCP ? { kind: 'tcp', source, destination, segment: payload, missing } : OTHER;
}
