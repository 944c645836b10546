import { counted } from '$core/bytes/counted.ts';
const MB = 1024 * 1024;

/** What one tab takes at once. The command line takes more. */
export const CAPTURE_FILE_LIMITS = {
  /** of a capture, unpacked: its dissection has to fit beside it */
  captureBytes: 50 * MB,
  /** of one key log: secrets of about 50,000 connections */
  keyLogBytes: 40 * MB,
} as const;

/** A size as people say it: `14 bytes`, `3.2 kB`, `48 MB`. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1024) return counted(bytes, 'byte');
  if (bytes < MB) return `${digits(bytes / 1024)} kB`;
  return `${digits(bytes / MB)} MB`;
}

const digits = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
