import type { Reader } from '../bytes/reader.ts';

/** What is wrong with the beginning of a DER value. Each reader has its own words for it. */
export type HeaderProblem =
  | 'highTag' // a tag number above 30, which takes more bytes
  | 'noLength' // the bytes end after the tag
  | 'indefinite' // BER's open end
  | 'impossible' // the length itself is cut short, or takes more than 4 bytes
  | 'notShortest' // the length could be written in fewer bytes
  | 'overrun'; // more contents are announced than bytes are left

export interface DerHeader {
  /** the identifier octet: class, constructed bit, tag number */
  readonly identifier: number;
  /** bytes of contents, as announced; 0 where no length could be read */
  readonly length: number;
  readonly problem: HeaderProblem | null;
}

/**
 * Reads tag and length of one DER value: definite, and in as few bytes as possible.
 *
 * @param input at least one byte is left; consumed up to the contents, or up to where a problem shows
 * @param end where the values around it end, offset in the input's buffer
 * @see ITU-T X.690 §8.1.2, §8.1.3, §10.1
 */
export function readHeader(input: Reader, end = input.end): DerHeader {
  const identifier = input.uint(1);
  if ((identifier & 0x1f) === 0x1f) return { identifier, length: 0, problem: 'highTag' };
  const length = readLength(input, end);
  if (typeof length === 'string') return { identifier, length: 0, problem: length };
  return { identifier, length, problem: length > end - input.at ? 'overrun' : null };
}

function readLength(input: Reader, end: number): number | HeaderProblem {
  if (input.at >= end) return 'noLength';
  const first = input.uint(1);
  if (first < 0x80) return first;
  const width = first & 0x7f;
  if (width === 0) return 'indefinite';
  if (width > 4 || width > end - input.at) return 'impossible';
  const length = input.uint(width);
  return length < 0x80 || length < 256 ** (width - 1) ? 'notShortest' : length;
}
