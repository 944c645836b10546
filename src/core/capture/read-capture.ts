/** Reading a capture file: what is in it of TLS, and what stood in the way. */
import type { Chunk, Side } from '../tls/dissection.ts';
import type { Capture, CapturedConnection, CaptureProblem, Endpoint } from './capture.ts';
import type { Item } from './file/item.ts';
import { PCAP_HEADER_BYTES, pcapItems, pcapShape } from './file/pcap.ts';
import { isPcapng, pcapngItems } from './file/pcapng.ts';
import { foreignFile } from './file/foreign.ts';
import { findTls, type FoundTls } from './flow/find-tls.ts';
import { type Flow, type Way, opposite } from './flow/flow.ts';
import { Flows } from './flow/flows.ts';
import { inOrder, type Half } from './flow/in-order.ts';
import { fewer, without } from './flow/pieces.ts';
import type { Assembled } from './flow/stream.ts';
import { CAPTURE_LIMITS } from './limits.ts';
import { addressText } from './net/address.ts';
import { Problems } from './problems.ts';

/**
 * Reads a pcap or pcapng file: finds the TCP connections that carry TLS and puts their streams together.
 *
 * @param bytes the whole file. The chunks returned are views of it.
 * @param onRead told now and then how much of the file has been read, from 0 to 1
 * @returns never throws: what cannot be read is said in `problems`, and what could be read is there. Takes time in
 * proportion to the size.
 */
export function readCapture(bytes: Uint8Array, onRead?: (share: number) => void): Capture {
  const opened = open(bytes);
  if (typeof opened === 'string') {
    const problems = [{ packet: null, text: opened }];
    return { format: null, packets: 0, connections: [], keyLog: '', problems };
  }
  const problems = new Problems();
  const flows = new Flows(problems);
  const keyLogs: string[] = [];
  let packets = 0;
  for (const item of opened.items) {
    if (item.kind === 'packet') flows.take(item.packet);
    else if (item.kind === 'keyLog') keyLogs.push(item.text);
    else problems.tell(item.text, packets || null);
    if (item.kind !== 'packet') continue;
    packets = item.packet.number;
    if (packets % PACKETS_BETWEEN_NEWS === 0)
      onRead?.((item.packet.bytes.byteOffset - bytes.byteOffset) / bytes.length);
  }
  const connections: CapturedConnection[] = [];
  for (const flow of flows.list) {
    const connection = connectionOf(flow);
    if (connection) connections.push(connection);
    else problems.count('notTls', flow.firstPacket);
  }
  return { format: opened.format, packets, connections, keyLog: keyLogs.join('\n'), problems: problems.list() };
}

const PACKETS_BETWEEN_NEWS = 5000;

/** @returns why this is no capture, in words */
function open(bytes: Uint8Array): { readonly format: 'pcap' | 'pcapng'; readonly items: Iterable<Item> } | string {
  if (bytes.length === 0) return 'The file is empty.';
  const shape = pcapShape(bytes);
  if (shape && bytes.length >= PCAP_HEADER_BYTES) return { format: 'pcap', items: pcapItems(bytes, shape) };
  if (shape) return `The file begins like a pcap capture, but ends after ${bytes.length} bytes, inside its header.`;
  if (!isPcapng(bytes)) return `The file is ${foreignFile(bytes)}.`;
  const [first] = pcapngItems(bytes);
  if (first?.kind !== 'damage' || first.at > 0) return { format: 'pcapng', items: pcapngItems(bytes) };
  return 'The file begins like a pcapng capture, but its first block is cut off or damaged.';
}

function connectionOf(flow: Flow): CapturedConnection | null {
  const assembled = { near: flow.streams.near.assemble(), far: flow.streams.far.assemble() };
  const pieces = { near: assembled.near.pieces, far: assembled.far.pieces };
  const tls = findTls(flow, pieces);
  if (!tls) return null;
  const ways: { readonly [S in Side]: Way } = { client: tls.client, server: opposite(tls.client) };
  return {
    client: endpoint(flow, ways.client),
    server: endpoint(flow, ways.server),
    startedAt: flow.startedAt,
    chunks: chunksOf(flow, assembled, ways, tls),
    before: { client: tls.before[ways.client], server: tls.before[ways.server] },
    startTls: tls.startTls,
    ends: { client: flow.ends[ways.client], server: flow.ends[ways.server] },
    endedAt: { client: endedAt(flow, ways.client), server: endedAt(flow, ways.server) },
    problems: [...beginning(flow), ...SIDES.flatMap((side) => losses(side, assembled[ways[side]]))],
  };
}

const SIDES = ['client', 'server'] as const;

function endpoint({ places }: Flow, way: Way): Endpoint {
  return { address: addressText(places[way].address), port: places[way].port };
}

function beginning({ opener, firstPacket }: Flow): CaptureProblem[] {
  return opener ? [] : [{ packet: firstPacket, text: 'The beginning of the connection was not captured.' }];
}

function losses(side: Side, { hole, conflict }: Assembled): CaptureProblem[] {
  const problems: CaptureProblem[] = [];
  if (hole) {
    const lack = `${hole.bytes} bytes that the ${side} sent after its first ${hole.after} are not in the capture`;
    problems.push({ packet: hole.packet, text: `${lack}; what it sent later is left out.` });
  }
  if (conflict !== null) {
    const text = `The ${side} sent the same bytes again with another content; the first is shown.`;
    problems.push({ packet: conflict, text });
  }
  return problems;
}

function chunksOf(
  flow: Flow,
  assembled: { readonly [W in Way]: Assembled },
  ways: { readonly [S in Side]: Way },
  tls: FoundTls,
): Chunk[] {
  const half = (side: Side): Half => {
    const { pieces, startsAt } = assembled[ways[side]];
    const before = tls.before[ways[side]];
    return { pieces: fewer(without(before, pieces), CAPTURE_LIMITS.chunksOfSide), startsAt, before };
  };
  return inOrder({ client: half('client'), server: half('server') }).map(({ from, piece }) => ({
    from,
    at: sinceStart(piece.at, flow.startedAt),
    bytes: piece.bytes,
  }));
}

function endedAt(flow: Flow, way: Way): number | null {
  const at = flow.endedAt[way];
  return at === null ? null : sinceStart(at, flow.startedAt);
}

/** Whole microseconds: a time since 1970 in milliseconds has no more digits in a double. */
function sinceStart(at: number, startedAt: number): number {
  return Math.round((at - startedAt) * 1000) / 1000;
}
