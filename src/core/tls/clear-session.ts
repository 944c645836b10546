/**
 * What the unencrypted beginning of a connection of TLS 1.2 or before tells of its session: enough to find the
 * connection that it resumes, without dissecting either.
 */
import { toHex } from '../bytes/hex.ts';
import { Reader } from '../bytes/reader.ts';
import type { Chunk, Field, Side } from './dissection.ts';
import type { Env } from './format/format.ts';
import { find, rawOf } from './format/tree.ts';
import { Assembler } from './messages/assemble.ts';
import { messageName, readMessage } from './messages/handshake.ts';
import { frame, RECORD_HEADER_BYTES } from './record/framing.ts';

/** All in lower-case hex; '' where there is none. */
export interface ClearSession {
  readonly random: string;
  /** what the client offers to resume */
  readonly offered: { readonly sessionId: string; readonly ticket: string };
  /** what the server hands out for the next time */
  readonly given: { readonly sessionId: string; readonly ticket: string };
  /** a full handshake makes a secret of its own */
  readonly isFull: boolean;
}

const HANDSHAKE = 22;
/** No hello and no ticket is longer; what follows is not looked at. */
const HEAD_BYTES = 128 * 1024;
const READ: ReadonlySet<string> = new Set(['ClientHello', 'ServerHello', 'NewSessionTicket']);
const ENV: Env = { source: '', message: '', version: 0x0303, keyExchange: 'other' };

/**
 * @param chunks of the connection, its beginning at least
 * @returns null where it does not begin with a ClientHello and a ServerHello of TLS 1.2 or before
 * @see RFC 5246 §7.3, RFC 5077 §3
 */
export function clearSessionOf(chunks: readonly Chunk[]): ClearSession | null {
  const { fields, isFull } = clearMessages(chunks);
  const raw = (message: string, ...path: readonly string[]): string => {
    const [root, bytes] = fields.get(message) ?? [];
    const found = find(root, ...path);
    return found && bytes ? toHex(rawOf(found, [bytes])) : '';
  };
  const [hello] = fields.get('ServerHello') ?? [];
  if (!hello || !fields.has('ClientHello') || find(hello, 'extensions', 'supported_versions')) return null;
  return {
    random: raw('ClientHello', 'random'),
    offered: {
      sessionId: raw('ClientHello', 'legacy_session_id', 'id'),
      ticket: raw('ClientHello', 'extensions', 'session_ticket', 'ticket'),
    },
    given: {
      sessionId: raw('ServerHello', 'legacy_session_id_echo', 'id'),
      ticket: raw('NewSessionTicket', 'ticket', 'ticket'),
    },
    isFull,
  };
}

function clearMessages(chunks: readonly Chunk[]) {
  const fields = new Map<string, readonly [Field, Uint8Array]>();
  let isFull = false;
  const learn = (bytes: Uint8Array): void => {
    const name = messageName(bytes);
    isFull ||= name === 'ServerHelloDone';
    if (READ.has(name)) fields.set(name, [readMessage(new Reader(bytes), ENV), bytes]);
  };
  const assemblers = { client: assembler('client'), server: assembler('server') };
  const isOpen = { client: true, server: true };
  for (const { from, kind, bytes } of frame(headOf(chunks))) {
    isOpen[from] &&= kind === 'record' && bytes.at(0) === HANDSHAKE;
    if (!isOpen[from]) continue;
    assemblers[from].take(new Reader(bytes, 0, RECORD_HEADER_BYTES), 0, ({ input }) => {
      learn(new Reader(input.bytes, 0, input.at, input.end).take());
      return { field: NOTHING };
    });
  }
  return { fields, isFull };
}

const NOTHING: Field = { name: '', value: '', range: { buffer: 0, start: 0, end: 0 }, children: [] };
const assembler = (side: Side): Assembler => new Assembler(side, () => 0);

function headOf(chunks: readonly Chunk[]): Chunk[] {
  const left = { client: HEAD_BYTES, server: HEAD_BYTES };
  const head: Chunk[] = [];
  for (const chunk of chunks) {
    if (left.client <= 0 && left.server <= 0) break;
    if (left[chunk.from] > 0) head.push(chunk);
    left[chunk.from] -= chunk.bytes.length;
  }
  return head;
}
