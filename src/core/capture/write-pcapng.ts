/** Writing one connection as a capture that Wireshark opens and decrypts with nothing but the file. */
import { concat } from '../bytes/reader.ts';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Chunk, Side } from '../tls/dissection.ts';
import type { End, Endpoint } from './capture.ts';
import { BLOCK, BYTE_ORDER_MAGIC, TLS_KEY_LOG } from './file/pcapng.ts';
import { addressBytes } from './net/address.ts';
import { join } from './join.ts';
import { block, little, options, padded } from './write/block.ts';
import { conversation, type Sent } from './write/conversation.ts';
import { ipPacket } from './write/segment.ts';

export interface Recording {
  /** the bytes of the connection as they were delivered, in order; `at` in milliseconds since `startedAt` */
  readonly chunks: readonly Chunk[];
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** milliseconds since 1970 */
  readonly startedAt: number;
  /** text of a key-log file, best of both sides; empty: the file holds no secrets */
  readonly keyLog: string;
  /** for whoever opens the file */
  readonly comment: string;
  /** how each side ended; both by FIN unless told */
  readonly ends?: { readonly client: End; readonly server: End };
  /** when each side ended, in milliseconds since `startedAt`; after all chunks where it is not told */
  readonly endedAt?: { readonly client: number | null; readonly server: number | null };
  /** where it was recorded, as the file names its interface; nothing: it has no name */
  readonly place?: string;
}

const RAW_IP = 101;
const COMMENT = 1;
const INTERFACE_NAME = 2;
const APPLICATION = 4;
const WARNING = 'This file holds the secrets of its connection: whoever has it can read all that was said.';
const BOTH_FIN = { client: 'FIN', server: 'FIN' } as const;
const AFTER_ALL = { client: null, server: null };

/**
 * A pcapng file: section header, one interface of raw IP in microseconds, one Decryption Secrets Block where there is
 * a key log, then the packets of a TCP connection made up around the chunks.
 *
 * @returns the file; else `badAddress` or `badTime`
 * @see draft-ietf-opsawg-pcapng
 */
export function writePcapng(recording: Recording): Result<Uint8Array, Refusal<'badAddress' | 'badTime'>> {
  const { chunks, client, server, startedAt, keyLog, comment, ends = BOTH_FIN, endedAt = AFTER_ALL } = recording;
  const addresses = addressesOf(client, server);
  if (!addresses) return refused('badAddress', 'Both ends need an address and a port, of IPv4 or of IPv6.');
  const endings = [endedAt.client ?? 0, endedAt.server ?? 0].map((at) => startedAt + at);
  if (![startedAt, ...endings, ...chunks.map(({ at }) => startedAt + at)].every(isTime))
    return refused('badTime', 'A time lies before 1970, or is no time.');
  const parts = [
    sectionHeader(keyLog === '' ? comment : `${WARNING} ${comment}`.trim()),
    interfaceOf(recording.place ?? ''),
  ];
  if (keyLog !== '') parts.push(secrets(keyLog));
  for (const sent of conversation(chunks, ends, endedAt)) parts.push(packet(sent, recording, addresses));
  return done(join(parts));
}

type Addresses = { readonly [S in Side]: Uint8Array };

function addressesOf(client: Endpoint, server: Endpoint): Addresses | null {
  const addresses = { client: addressBytes(client.address), server: addressBytes(server.address) };
  const arePorts = [client.port, server.port].every((port) => Number.isInteger(port) && port >= 0 && port < 0x10000);
  if (!addresses.client || addresses.client.length !== addresses.server?.length || !arePorts) return null;
  return { client: addresses.client, server: addresses.server };
}

/** Until the year 10889. */
function isTime(ms: number): boolean {
  return ms >= 0 && ms < 2 ** 48;
}

function sectionHeader(comment: string): Uint8Array {
  const unknownLength = new Uint8Array(8).fill(0xff);
  const fixed = concat(little(BYTE_ORDER_MAGIC, 4), little(1, 2), little(0, 2), unknownLength);
  return block(BLOCK.section, fixed, options([COMMENT, comment], [APPLICATION, 'Trustwalk']));
}

function interfaceOf(name: string): Uint8Array {
  const noLimit = 0;
  return block(BLOCK.interface, little(RAW_IP, 2), little(0, 2), little(noLimit, 4), options([INTERFACE_NAME, name]));
}

function secrets(keyLog: string): Uint8Array {
  const text = toUtf8(keyLog.endsWith('\n') ? keyLog : `${keyLog}\n`);
  return block(BLOCK.secrets, little(TLS_KEY_LOG, 4), little(text.length, 4), padded(text));
}

function packet(sent: Sent, { client, server, startedAt }: Recording, addresses: Addresses): Uint8Array {
  const { from, at, flags, sequence, acknowledgement, data } = sent;
  const to = from === 'client' ? 'server' : 'client';
  const ports = { client: client.port, server: server.port };
  const places = { source: addresses[from], destination: addresses[to] };
  const numbers = { sourcePort: ports[from], destinationPort: ports[to], sequence, acknowledgement };
  const bytes = ipPacket({ ...places, ...numbers, flags, data });
  const ticks = Math.round((startedAt + at) * 1000);
  const time = concat(little(Math.floor(ticks / 2 ** 32), 4), little(ticks % 2 ** 32, 4));
  const length = little(bytes.length, 4);
  return block(BLOCK.enhancedPacket, little(0, 4), time, length, length, padded(bytes));
}
