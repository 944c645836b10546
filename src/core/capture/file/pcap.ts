/**
 * The older capture format: one header, then packets.
 *
 * @see draft-ietf-opsawg-pcap
 */
import { damage, type Item } from './item.ts';
import { OrderedReader } from './ordered.ts';

/** First four bytes as a big-endian reader sees them when the writer was one; a little-endian one writes them reversed. */
const MAGICS = [
  { magic: 0xa1b2c3d4, ticksPerMs: 1e3, extraBytes: 0 },
  { magic: 0xa1b23c4d, ticksPerMs: 1e6, extraBytes: 0 },
  // Alexey Kuznetsov's patch of 1999: interface, protocol and packet type follow the lengths.
  { magic: 0xa1b2cd34, ticksPerMs: 1e3, extraBytes: 8 },
] as const;

export const PCAP_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;

interface Shape {
  readonly isLittle: boolean;
  readonly ticksPerMs: number;
  readonly extraBytes: number;
}

/** The shape that the first four bytes tell of, or null: not a pcap file. */
export function pcapShape(bytes: Uint8Array): Shape | null {
  for (const isLittle of [false, true]) {
    const magic = new OrderedReader(bytes, isLittle).peek(4);
    const found = MAGICS.find((row) => row.magic === magic);
    if (found) return { isLittle, ticksPerMs: found.ticksPerMs, extraBytes: found.extraBytes };
  }
  return null;
}

/**
 * The packets of a pcap file, from its beginning up to its end or to where it is damaged.
 *
 * @param bytes the whole file, at least its header of 24 bytes
 */
export function* pcapItems(bytes: Uint8Array, { isLittle, ticksPerMs, extraBytes }: Shape): Generator<Item> {
  const input = new OrderedReader(bytes, isLittle);
  input.skip(20);
  const linkType = input.uint(4) % 0x10000; // the upper half tells of frame check sequences
  for (let number = 1; input.left > 0; number++) {
    const start = input.at;
    if (input.left < PACKET_HEADER_BYTES + extraBytes)
      return yield damage(start, `the header of packet ${number} is cut off`);
    const seconds = input.uint(4);
    const ticks = input.uint(4);
    const captured = input.uint(4);
    input.skip(4 + extraBytes);
    if (captured > input.left)
      return yield damage(start, `packet ${number} announces ${captured} bytes, but ${input.left} are left`);
    const at = seconds * 1000 + ticks / ticksPerMs;
    yield { kind: 'packet', packet: { number, at, linkType, bytes: input.take(captured) } };
  }
}
