/** Packets in, connections out. */
import { toHex } from '../../bytes/hex.ts';
import { Reader } from '../../bytes/reader.ts';
import type { Packet } from '../file/item.ts';
import { CAPTURE_LIMITS } from '../limits.ts';
import { type IpPacket, openIp } from '../net/ip.ts';
import { LINK_TYPES } from '../net/link.ts';
import { openTcp } from '../net/tcp.ts';
import type { Problems } from '../problems.ts';
import { Flow, type Place } from './flow.ts';

export class Flows {
  /** in the order in which they began */
  readonly list: Flow[] = [];
  readonly #open = new Map<string, Flow>();
  readonly #problems: Problems;
  #segments = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  take(packet: Packet): void {
    const frame = new Reader(packet.bytes);
    const skipTo = LINK_TYPES.get(packet.linkType);
    if (!skipTo) return this.#problems.count('link', packet.number);
    if (!skipTo(frame)) return;
    const ip = openIp(frame);
    if (ip.kind === 'tcp') this.#tcp(ip, packet);
    else if (ip.kind !== 'other') this.#problems.count(ip.kind, packet.number);
  }

  #tcp(ip: Extract<IpPacket, { kind: 'tcp' }>, { at, number }: Packet): void {
    const segment = openTcp(ip.segment);
    if (!segment) return this.#problems.count('cut', number);
    if (ip.missing > 0) this.#problems.count('partial', number);
    const source = { address: ip.source, port: segment.sourcePort };
    const destination = { address: ip.destination, port: segment.destinationPort };
    const [forth, back] = [keyOf(source, destination), keyOf(destination, source)];
    const [near, far] = [this.#open.get(forth), this.#open.get(back)];
    let flow = near ?? far;
    let from = near ? ('near' as const) : ('far' as const);
    if (!flow || flow.isLeftBy(from, segment)) {
      if (this.list.length >= CAPTURE_LIMITS.connections) return this.#problems.count('connections', number);
      if (flow) this.#open.delete(back);
      flow = new Flow(source, destination, at, number);
      from = 'near';
      this.list.push(flow);
      this.#open.set(forth, flow);
    }
    const isKept = this.#segments < CAPTURE_LIMITS.segments;
    if (segment.data.length > 0) {
      if (isKept) this.#segments += 1;
      else this.#problems.count('segments', number);
    }
    flow.take(from, segment, at, number, isKept);
  }
}

function keyOf(from: Place, to: Place): string {
  return `${toHex(from.address)}:${from.port}>${toHex(to.address)}:${to.port}`;
}
