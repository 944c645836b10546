/** IP addresses as text and as bytes. */
import { Reader, uintBytes } from '../../bytes/reader.ts';

/**
 * @param bytes 4 or 16
 * @returns dotted decimals, or groups of hex with the longest run of zeros left out (RFC 5952 §4)
 */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = groupsOf(bytes);
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return groups.map(hex).join(':');
  const [head, tail] = [groups.slice(0, zeros.start), groups.slice(zeros.start + zeros.length)];
  return `${head.map(hex).join(':')}::${tail.map(hex).join(':')}`;
}

const hex = (group: number): string => group.toString(16);

function groupsOf(bytes: Uint8Array): number[] {
  const input = new Reader(bytes);
  return Array.from({ length: bytes.length >> 1 }, () => input.uint(2));
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The 4 or 16 bytes of an address as {@link addressText} writes it; null where it is none. */
export function addressBytes(text: string): Uint8Array | null {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
}

function ipv4Bytes(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return Uint8Array.from(parts, Number);
}

function ipv6Bytes(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return Uint8Array.from(groups.flatMap((group) => [...uintBytes(parseInt(group, 16), 2)]));
}
