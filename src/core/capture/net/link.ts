/** Link layers: where the IP packet lies in a frame. */
import type { Reader } from '../../bytes/reader.ts';

const IP_TYPES: ReadonlySet<number> = new Set([0x0800, 0x86dd]);
const PPPOE_SESSION = 0x8864;
/** unicast and multicast */
const MPLS_TYPES: ReadonlySet<number> = new Set([0x8847, 0x8848]);
/** IPv4 and IPv6, RFC 1332 §2 and RFC 5072 §2 */
const PPP_TYPES: ReadonlySet<number> = new Set([0x0021, 0x0057]);
/** 802.1Q, 802.1ad and the older number for stacked tags */
const VLAN_TYPES: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);

/** Skips what lies before the IP packet. False: the frame holds something else. */
type SkipTo = (frame: Reader) => boolean;

const always =
  (bytes: number): SkipTo =>
  (frame) => {
    frame.skip(bytes);
    return true;
  };

/** A header with an EtherType at `at`, `length` bytes in all; VLAN tags may follow. */
const typed =
  (at: number, length: number): SkipTo =>
  (frame) => {
    let type = frame.peek(2, at);
    frame.skip(length);
    while (VLAN_TYPES.has(type) && frame.left >= 4) {
      frame.skip(2);
      type = frame.uint(2);
    }
    if (type === PPPOE_SESSION) return pppoe(frame);
    if (MPLS_TYPES.has(type)) return mpls(frame);
    return IP_TYPES.has(type);
  };

/** RFC 2516 §4: version and type, code, session, length, then the protocol of PPP. */
function pppoe(frame: Reader): boolean {
  frame.skip(6);
  return PPP_TYPES.has(frame.uint(2));
}

/** RFC 3032 §2.1: labels of four bytes up to the one that says it is the last. What follows tells its own version. */
function mpls(frame: Reader): boolean {
  while (frame.left >= 4) if (frame.uint(4) & 0x100) return [4, 6].includes(frame.peek(1) >> 4);
  return false;
}

/** RFC 1662 §3.1: address and control, which may be left out. */
const ppp: SkipTo = (frame) => {
  if (frame.peek(2) === 0xff03) frame.skip(2);
  return PPP_TYPES.has(frame.uint(2));
};

/**
 * By the number of the registry at tcpdump.org/linktypes. Loopback headers give an address family whose numbers and
 * byte order differ between systems; the version in the IP header says the same.
 */
export const LINK_TYPES: ReadonlyMap<number, SkipTo> = new Map([
  [0, always(4)], // BSD loopback
  [1, typed(12, 14)], // Ethernet
  [9, ppp], // PPP
  [12, always(0)], // raw IP, as some systems number it
  [14, always(0)], // raw IP of OpenBSD
  [101, always(0)], // raw IP
  [108, always(4)], // OpenBSD loopback
  [113, typed(14, 16)], // Linux "any" device
  [228, always(0)], // IPv4
  [229, always(0)], // IPv6
  [276, typed(0, 20)], // Linux "any" device, version 2
]);
