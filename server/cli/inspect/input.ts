/** Reads a file, or standard input, up to the size that is inspected. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** The command's input cannot be read: one sentence, exit status 1. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export const INPUT_BYTES = 200 * 1024 * 1024;
const TOO_LARGE = `is larger than ${INPUT_BYTES / 1024 / 1024} MB. Cut it first, for example: editcap -c 100000 FILE PART`;

/** @param file a path, or `-` for standard input. @throws Unreadable */
export async function readInput(file: string): Promise<Uint8Array> {
  try {
    const size = file === '-' ? 0 : (await stat(file)).size;
    if (size > INPUT_BYTES) throw new Unreadable(`${file} ${TOO_LARGE}`);
    return await collect(file === '-' ? process.stdin : createReadStream(file), file);
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Unreadable(`${file} cannot be read: ${REASONS[code] ?? code}.`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'that is not permitted',
  EISDIR: 'it is a folder',
};

/** By a stream even for files: a pipe or a device tells no size. */
async function collect(stream: AsyncIterable<Buffer | string>, file: string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > INPUT_BYTES) throw new Unreadable(`${file} ${TOO_LARGE}`);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}
