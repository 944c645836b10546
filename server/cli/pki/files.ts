/** Files of the PKI commands: read within limits, written whole or not at all, a key never over another one. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { toPem } from '../../../src/core/bytes/pem.ts';
import { StartError } from '../../start-error.ts';

/** Larger than any list of revoked certificates that is in use. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * The bytes of a file, `-` for standard input.
 *
 * @throws StartError when it cannot be read, or is too large
 */
export function readBytes(path: string): Uint8Array {
  try {
    if (path === '-') return readAll(0, 'standard input');
    const file = openSync(path, constants.O_RDONLY);
    try {
      if (fstatSync(file).isDirectory()) throw new StartError(`${path} is a folder, and a file is needed.`);
      return readAll(file, path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      codeOf(error) === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path} (${codeOf(error)})`,
    );
  }
}

/** Read piece by piece: what is no regular file does not say how large it is. */
function readAll(file: number, name: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const piece = new Uint8Array(64 * 1024);
    const count = readSync(file, piece);
    if (count === 0) return Buffer.concat(pieces, length);
    length += count;
    if (length > MOST_BYTES) throw new StartError(`${name} is larger than ${MOST_BYTES / 1024 / 1024} MiB.`);
    pieces.push(piece.subarray(0, count));
  }
}

/** The file as PEM: text that holds PEM blocks as it stands, anything else as DER under this label. */
export function readPem(path: string, label: string): string {
  const bytes = readBytes(path);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (text.includes('-----BEGIN ')) return text;
  if (bytes.length === 0) throw new StartError(`${path}: The file is empty.`);
  if (bytes[0] !== 0x30) throw new StartError(`${path}: This is neither PEM (no -----BEGIN line) nor DER.`);
  return toPem(label, bytes);
}

/** A text file as it is; null when there is none. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new StartError(`cannot read ${path} (${codeOf(error)})`);
  }
}

export interface Writing {
  /** readable by its owner only */
  readonly isSecret: boolean;
  /** whether a file that is there is replaced */
  readonly isReplacing: boolean;
}

/**
 * Writes a file whole or not at all: beside its place, on the disk, then moved there. What is secret has mode 0600 from
 * its first byte on.
 *
 * @throws StartError; when the file is there and may not be replaced, it says `--force`
 */
export function writeFile(path: string, content: string | Uint8Array, { isSecret, isReplacing }: Writing): void {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  const mode = isSecret ? 0o600 : 0o644;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
    try {
      if (isSecret) fchmodSync(file, mode);
      writeSync(file, Buffer.from(content));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (isReplacing) renameSync(draft, path);
    else linkSync(draft, path); // fails where the name is taken, also by somebody else a moment ago
  } catch (error) {
    if (codeOf(error) === 'EEXIST')
      throw new StartError(`${path} is there already. Take another name, or --force to replace it.`);
    throw new StartError(`cannot write ${path} (${codeOf(error)})`);
  } finally {
    rmSync(draft, { force: true });
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
