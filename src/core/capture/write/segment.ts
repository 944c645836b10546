/** IP packets with one TCP segment each, with right checksums. */
import { concat, Reader, uintBytes } from '../../bytes/reader.ts';

export interface Segment {
  /** 4 or 16 bytes, both the same */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly data: Uint8Array;
}

const TCP = 6;
const TIME_TO_LIVE = 64;
const WINDOW = 0xffff;
const TCP_HEADER_BYTES = 20;
const DONT_FRAGMENT = 0x4000;

/** The packet from its IP header on; IPv4 or IPv6 by the length of the addresses. */
export function ipPacket(segment: Segment): Uint8Array {
  const tcp = tcpSegment(segment);
  const { source, destination } = segment;
  if (source.length === 16) {
    const fixed = concat(uintBytes(0x60000000, 4), uintBytes(tcp.length, 2), Uint8Array.of(TCP, TIME_TO_LIVE));
    return concat(fixed, source, destination, tcp);
  }
  const sizes = concat(
    uintBytes(0x4500, 2),
    uintBytes(20 + tcp.length, 2),
    uintBytes(0, 2),
    uintBytes(DONT_FRAGMENT, 2),
  );
  const header = (sum: number): Uint8Array =>
    concat(sizes, Uint8Array.of(TIME_TO_LIVE, TCP), uintBytes(sum, 2), source, destination);
  return concat(header(checksum(header(0))), tcp);
}

function tcpSegment({ source, destination, data, ...rest }: Segment): Uint8Array {
  const { sourcePort, destinationPort, sequence, acknowledgement, flags } = rest;
  const ports = concat(uintBytes(sourcePort, 2), uintBytes(destinationPort, 2));
  const numbers = concat(uintBytes(sequence, 4), uintBytes(acknowledgement, 4));
  const shape = concat(Uint8Array.of((TCP_HEADER_BYTES / 4) << 4, flags), uintBytes(WINDOW, 2));
  const whole = (sum: number): Uint8Array => concat(ports, numbers, shape, uintBytes(sum, 2), uintBytes(0, 2), data);
  const pseudoHeader = concat(source, destination, uintBytes(TCP, 4), uintBytes(TCP_HEADER_BYTES + data.length, 4));
  return whole(checksum(concat(pseudoHeader, whole(0))));
}

/** One's complement of the one's complement sum of 16-bit words (RFC 1071). */
function checksum(bytes: Uint8Array): number {
  const input = new Reader(bytes);
  let sum = 0;
  while (input.left > 0) sum += input.left > 1 ? input.uint(2) : input.uint(1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
