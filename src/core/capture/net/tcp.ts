import type { Reader } from '../../bytes/reader.ts';

export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** of the first byte; a SYN counts as one before the data */
  readonly sequence: number;
  /** null without ACK */
  readonly acknowledged: number | null;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly data: Uint8Array;
}

export const FLAGS = { fin: 1, syn: 2, rst: 4, push: 8, ack: 16 } as const;

/**
 * @param segment from the first byte of the TCP header
 * @returns null when it ends inside the header
 * @see RFC 9293 §3.1
 */
export function openTcp(segment: Reader): TcpSegment | null {
  const headerBytes = (segment.peek(1, 12) >> 4) * 4;
  if (segment.left < 20 || headerBytes < 20 || segment.left < headerBytes) return null;
  const [sourcePort, destinationPort] = [segment.uint(2), segment.uint(2)];
  const [sequence, acknowledgement] = [segment.uint(4), segment.uint(4)];
  const flags = segment.peek(1, 1);
  segment.skip(headerBytes - 12);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  return {
    ...{ sourcePort, destinationPort, sequence },
    acknowledged: has(FLAGS.ack) ? acknowledgement : null,
    ...{ syn: has(FLAGS.syn), fin: has(FLAGS.fin), rst: has(FLAGS.rst) },
    data: segment.take(),
  };
}
