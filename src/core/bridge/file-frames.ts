/**
 * A file on the bridge, from the server to the page, before the JSON answer that tells its length:
 *
 *     frame = kind (1 byte, 0x03), id of the request (6), then one byte or more of the file
 *
 * Its frames come in order. The number is big-endian.
 */
import { Reader, concat, uintBytes } from '../bytes/reader.ts';
import { LIMITS } from './limits.ts';

const KIND_FILE = 0x03;
/** kind and request */
const HEAD_BYTES = 1 + 6;

/** A part of a file. */
export interface FilePart {
  /** id of the request that it answers */
  readonly re: number;
  readonly bytes: Uint8Array;
}

/** The file as frames, in order; none for no bytes. */
export function fileFrames({ re, bytes }: FilePart): Uint8Array<ArrayBuffer>[] {
  const most = LIMITS.frameBytes - HEAD_BYTES;
  const head = concat(uintBytes(KIND_FILE, 1), uintBytes(re, 6));
  const count = Math.ceil(bytes.length / most);
  return Array.from({ length: count }, (_, index) => concat(head, bytes.subarray(index * most, (index + 1) * most)));
}

/** Whether a frame is one of a file; what follows its first byte may still be wrong. */
export function isFileFrame(frame: Uint8Array): boolean {
  return frame.length > 0 && new Reader(frame).uint(1) === KIND_FILE;
}

/** Reads one frame; null where it is none of a file. The bytes are a view of the frame. */
export function decodeFilePart(frame: Uint8Array): FilePart | null {
  if (frame.length > LIMITS.frameBytes || frame.length <= HEAD_BYTES || !isFileFrame(frame)) return null;
  const reader = new Reader(frame);
  reader.skip(1);
  return { re: reader.uint(6), bytes: reader.take() };
}
