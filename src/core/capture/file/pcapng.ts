/**
 * The newer capture format: blocks of a type and a length, that say it again at their end.
 *
 * @see draft-ietf-opsawg-pcapng
 */
import { damage, type Item, type Packet } from './item.ts';
import { OrderedReader } from './ordered.ts';

export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  oldPacket: 2,
  simplePacket: 3,
  enhancedPacket: 6,
  secrets: 10,
} as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Secrets type "TLSK": the text of a key-log file */
export const TLS_KEY_LOG = 0x544c534b;

/** type, length, and the length again */
const FRAME_BYTES = 12;
const NO_LIMIT = 0;

interface Interface {
  readonly linkType: number;
  readonly snapBytes: number;
  readonly ticksPerMs: number;
  readonly offsetMs: number;
}

/** What the blocks read so far mean for those that follow. */
interface Context {
  isLittle: boolean;
  interfaces: Interface[];
  packets: number;
  clock: number;
}

/** Reads the body of one block. Returns what is wrong with it, in words, or what it holds. */
type ReadBody = (body: OrderedReader, context: Context) => Item | string | null;

const BODIES: ReadonlyMap<number, ReadBody> = new Map<number, ReadBody>([
  [BLOCK.interface, readInterface],
  [BLOCK.oldPacket, (body, context) => readPacket(body, context, 2)],
  [BLOCK.simplePacket, readSimplePacket],
  [BLOCK.enhancedPacket, (body, context) => readPacket(body, context, 4)],
  [BLOCK.secrets, readSecrets],
]);

/** Whether the bytes begin like a section header. */
export function isPcapng(bytes: Uint8Array): boolean {
  return new OrderedReader(bytes, false).peek(4) === BLOCK.section;
}

/**
 * The packets and key logs of a pcapng file, from its beginning up to its end or to where it is damaged. Blocks of
 * other types are skipped.
 *
 * @param bytes the whole file
 */
export function* pcapngItems(bytes: Uint8Array): Generator<Item> {
  const context: Context = { isLittle: false, interfaces: [], packets: 0, clock: 0 };
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    if (left < FRAME_BYTES) return yield damage(at, 'a block is cut off');
    if (new OrderedReader(bytes, false, at).peek(4) === BLOCK.section) {
      const isLittle = orderAt(bytes, at + 8);
      if (isLittle === null) return yield damage(at, 'a section does not tell its byte order');
      Object.assign(context, { isLittle, interfaces: [] });
    }
    const block = new OrderedReader(bytes, context.isLittle, at);
    const [type, length] = [block.uint(4), block.uint(4)];
    if (length < FRAME_BYTES || length % 4 !== 0)
      return yield damage(at, `a block has the impossible length ${length}`);
    if (length > left) return yield damage(at, `a block announces ${length} bytes, but ${left} are left`);
    const body = block.part(length - FRAME_BYTES);
    if (block.peek(4) !== length) return yield damage(at, 'a block gives two different lengths');
    const found = BODIES.get(type)?.(body, context) ?? null;
    if (typeof found === 'string') return yield damage(at, found);
    if (found) yield found;
    at += length;
  }
}

function orderAt(bytes: Uint8Array, at: number): boolean | null {
  for (const isLittle of [false, true])
    if (new OrderedReader(bytes, isLittle, at).peek(4) === BYTE_ORDER_MAGIC) return isLittle;
  return null;
}

function readInterface(body: OrderedReader, { interfaces }: Context): string | null {
  if (body.left < 8) return 'the description of an interface is cut off';
  const linkType = body.uint(2);
  body.skip(2);
  const snapBytes = body.uint(4);
  let [ticksPerMs, offsetMs] = [1e3, 0];
  while (body.left >= 4) {
    const [option, length] = [body.uint(2), body.uint(2)];
    const value = body.part(length + ((4 - (length % 4)) % 4));
    if (option === 0) break;
    if (option === 9 && length === 1) ticksPerMs = resolution(value.uint(1));
    if (option === 14 && length === 8) offsetMs = offsetOf(value);
  }
  interfaces.push({ linkType, snapBytes, ticksPerMs, offsetMs });
  return null;
}

/** if_tsresol: a negative power of ten, or of two where the highest bit is set. */
function resolution(byte: number): number {
  return (byte >= 0x80 ? 2 ** (byte - 0x80) : 10 ** byte) / 1000;
}

/** if_tsoffset: seconds, signed, 64 bits; only what a clock can show. */
function offsetOf(value: OrderedReader): number {
  const bytes = value.take(8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 8) return 0;
  const seconds = Number(view.getBigInt64(0, value.isLittle));
  return Math.abs(seconds) < 1e11 ? seconds * 1000 : 0;
}

function readPacket(body: OrderedReader, context: Context, interfaceBytes: 2 | 4): Item | string {
  if (body.left < 20) return 'a packet is cut off';
  const index = body.uint(interfaceBytes);
  body.skip(4 - interfaceBytes); // the old block counts dropped packets here
  const ticks = body.uint(4) * 2 ** 32 + body.uint(4);
  const captured = body.uint(4);
  body.skip(4);
  const from = context.interfaces[index];
  if (!from) return `a packet names interface ${index}, which the file does not describe`;
  if (captured > body.left) return `a packet announces ${captured} bytes, but its block holds ${body.left}`;
  context.clock = ticks / from.ticksPerMs + from.offsetMs;
  return packet(context, from, body.take(captured));
}

/** A packet without a time of its own: it gets that of the packet before it. */
function readSimplePacket(body: OrderedReader, context: Context): Item | string {
  const from = context.interfaces[0];
  if (!from) return 'a packet stands before the description of its interface';
  if (body.left < 4) return 'a packet is cut off';
  const original = body.uint(4);
  const captured = from.snapBytes === NO_LIMIT ? original : Math.min(original, from.snapBytes);
  if (captured > body.left) return `a packet announces ${captured} bytes, but its block holds ${body.left}`;
  return packet(context, from, body.take(captured));
}

function packet(context: Context, { linkType }: Interface, bytes: Uint8Array): Item {
  context.packets += 1;
  const read: Packet = { number: context.packets, at: context.clock, linkType, bytes };
  return { kind: 'packet', packet: read };
}

const TEXT = new TextDecoder('latin1');

function readSecrets(body: OrderedReader): Item | string | null {
  if (body.left < 8) return 'a block of secrets is cut off';
  const [type, length] = [body.uint(4), body.uint(4)];
  if (length > body.left) return `secrets announce ${length} bytes, but their block holds ${body.left}`;
  return type === TLS_KEY_LOG ? { kind: 'keyLog', text: TEXT.decode(body.take(length)) } : null;
}
