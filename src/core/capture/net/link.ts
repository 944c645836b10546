/** Link layers: where the IP packet lies in a frame. */
import type { Reader } from '../../bytes/reader.ts';

const IP_TYPES: ReadonlySet<number> = new Set([0x0800, 0x86dd]);
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
    return IP_TYPES.has(type);
  };

/**
 * By the number of the registry at tcpdump.org/linktypes. Loopback headers give an address family whose numbers and
 * byte order differ between systems; the version in the IP header says the same.
 */
export const LINK_TYPES: ReadonlyMap<number, SkipTo> = new Map([
  [0, always(4)], // BSD loopback
  [1, typed(12, 14)], // Ethernet
  [12, always(0)], // raw IP, as some systems number it
  [14, always(0)], // raw IP of OpenBSD
  [101, always(0)], // raw IP
  [108, always(4)], // OpenBSD loopback
  [113, typed(14, 16)], // Linux "any" device
  [228, always(0)], // IPv4
  [229, always(0)], // IPv6
  [276, typed(0, 20)], // Linux "any" device, version 2
]);
