/** What the two file formats have in common: a file is a row of items. */

export interface Packet {
  /** counted from 1, as Wireshark does */
  readonly number: number;
  /** milliseconds since 1970 */
  readonly at: number;
  /** registry of tcpdump.org: 1 is Ethernet */
  readonly linkType: number;
  /** what was captured of it */
  readonly bytes: Uint8Array;
}

export type Item =
  | { readonly kind: 'packet'; readonly packet: Packet }
  | { readonly kind: 'keyLog'; readonly text: string }
  /** the file cannot be read any further than this byte */
  | { readonly kind: 'damage'; readonly at: number; readonly text: string };

/** Damage at a byte of the file. */
export function damage(at: number, what: string): Item {
  return { kind: 'damage', at, text: `At byte ${at} of the file ${what}; nothing after it can be read.` };
}
