/** What tshark sees in recorded sessions: its fields with their places, as an opinion from elsewhere. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHex } from '../src/core/bytes/hex.ts';
import type { Chunk, Dissection, Field } from '../src/core/tls/dissection.ts';
import { leavesOf } from '../src/core/tls/format/tree.ts';
import chromium from '../src/core/tls/fixtures/chromium-hello.json' with { type: 'json' };
import rare from '../src/core/tls/fixtures/rare-suites.json' with { type: 'json' };
import rfc8448 from '../src/core/tls/fixtures/rfc8448.json' with { type: 'json' };
import sessions from '../src/core/tls/fixtures/sessions.json' with { type: 'json' };

const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (!bytes.ok) throw new Error(bytes.error.why);
  return bytes.value;
};

export interface Sample {
  readonly name: string;
  readonly chunks: readonly Chunk[];
  readonly keyLog: string;
}

const LABELS: Readonly<Record<string, string>> = {
  'c e traffic': 'CLIENT_EARLY_TRAFFIC_SECRET',
  'c hs traffic': 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  's hs traffic': 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'c ap traffic': 'CLIENT_TRAFFIC_SECRET_0',
  's ap traffic': 'SERVER_TRAFFIC_SECRET_0',
};

const toChunks = (records: readonly { from: string; hex: string }[]): Chunk[] =>
  records.map(({ from, hex }, at) => ({ from: from === 'client' ? 'client' : 'server', at, bytes: bytesOf(hex) }));

/** tshark takes the encrypted ChangeCipherSpec of a second handshake for one in clear. */
const MISREAD = 'a short renegotiation';

export const SAMPLES: readonly Sample[] = [
  { name: chromium.peer, chunks: toChunks([{ from: 'client', hex: chromium.hex }]), keyLog: '' },
  ...[...sessions.sessions, ...rare.sessions.filter(({ name }) => name !== MISREAD)].map(
    ({ name, records, keyLog }) => ({ name, chunks: toChunks(records), keyLog }),
  ),
  ...rfc8448.traces.map(({ section, records, secrets }) => ({
    name: `RFC 8448 §${section}`,
    chunks: toChunks(records),
    keyLog: Object.entries(secrets)
      .map(([name, hex]) => (LABELS[name] ? `${LABELS[name]} ${records[0]?.hex.slice(22, 86)} ${hex}\n` : ''))
      .join(''),
  })),
];

const IP_BYTES = 20;
const TCP_BYTES = 20;
/** Bytes of IP and TCP before the record of a packet. */
export const HEADERS = IP_BYTES + TCP_BYTES;
const [SYN, ACK, PUSH] = [2, 16, 8];

/** A capture of raw IP with one record in each segment. */
function pcap(records: readonly { from: string; bytes: Uint8Array }[]): Buffer {
  const sent = { client: 1000, server: 5000 };
  const packets: Buffer[] = [];
  const packet = (from: 'client' | 'server', flags: number, data: Uint8Array): void => {
    const bytes = Buffer.alloc(16 + HEADERS);
    const other = from === 'client' ? 'server' : 'client';
    bytes.writeUInt32LE(packets.length, 0);
    bytes.writeUInt32LE(HEADERS + data.length, 8);
    bytes.writeUInt32LE(HEADERS + data.length, 12);
    bytes.set([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6], 16);
    bytes.writeUInt16BE(HEADERS + data.length, 18);
    bytes.set(from === 'client' ? [127, 0, 0, 2, 127, 0, 0, 1] : [127, 0, 0, 1, 127, 0, 0, 2], 28);
    bytes.writeUInt16BE(from === 'client' ? 50_000 : 4433, 36);
    bytes.writeUInt16BE(from === 'client' ? 4433 : 50_000, 38);
    bytes.writeUInt32BE(sent[from], 40);
    bytes.writeUInt32BE(flags & ACK ? sent[other] : 0, 44);
    bytes.set([0x50, flags, 0xff, 0xff], 48);
    packets.push(bytes, Buffer.from(data));
    sent[from] += data.length + (flags & SYN ? 1 : 0);
  };
  packet('client', SYN, new Uint8Array());
  packet('server', SYN | ACK, new Uint8Array());
  packet('client', ACK, new Uint8Array());
  for (const { from, bytes } of records) packet(from === 'client' ? 'client' : 'server', ACK | PUSH, bytes);
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(101, 20); // LINKTYPE_RAW
  return Buffer.concat([header, ...packets]);
}

export interface Seen {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The fields that tshark finds in each record, in order. */
export function tsharkFields(dissection: Dissection, keyLog: string): Seen[][] {
  const records = dissection.records.map(({ from, wire }) => ({
    from,
    bytes: dissection.buffers[wire] ?? new Uint8Array(),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'tshark-'));
  const [capture, secrets] = [join(folder, 'capture.pcap'), join(folder, 'secrets.log')];
  writeFileSync(capture, pcap(records));
  writeFileSync(secrets, keyLog);
  const options = ['-r', capture, '-o', `tls.keylog_file:${secrets}`, '-d', 'tcp.port==4433,tls', '-T', 'pdml'];
  const pdml = execFileSync('tshark', options, { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  rmSync(folder, { recursive: true });
  return pdml
    .split('<packet>')
    .slice(4)
    .map((packet) =>
      [...packet.matchAll(/<proto name="tls"[^]*?<\/proto>/g)].flatMap(([tree]) =>
        [...tree.matchAll(/<field name="([^"]*)"[^>]*? size="(\d+)" pos="(\d+)"([^>]*)>/g)]
          .map(([line, name = '', size, pos]) => ({ line, name, start: Number(pos), end: Number(pos) + Number(size) }))
          .filter(({ line, start, end }) => end > start && !line.includes('hide="yes"')),
      ),
    );
}

/** Where the leaves under a field begin; those without bytes are left out. */
export const startsOf = (tree: Field): { name: string; start: number }[] =>
  leavesOf(tree)
    .filter(({ range }) => range.end > range.start)
    .map(({ name, range }) => ({ name, start: range.start }));

/** Where fields of tshark begin and end, counted from `offset`. */
export const edgesOf = (seen: readonly Seen[], offset: number): Set<number> =>
  new Set(seen.flatMap(({ start, end }) => [start - offset, end - offset]));
