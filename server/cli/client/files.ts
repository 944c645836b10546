/** The files of a client: its certificate, its key, and the authority it trusts. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type ClientFiles, Refused } from '../desk-link.ts';

export interface Paths {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** @throws Refused */
export function readFiles({ cert, key, ca }: Paths): ClientFiles {
  return { certificate: readPem(cert), privateKey: readPem(key), ca: readPem(ca), caPath: ca };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refused(
      `Cannot read ${path} (${codeOf(error)}). The desk makes certs/ at its first start; or name other files.`,
    );
  }
}

/**
 * Puts a new certificate in the place of the old one, whole or not at all.
 *
 * @throws Refused
 */
export function replaceCertificate(path: string, pem: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = openSync(draft, 'wx', 0o644);
    try {
      writeSync(file, pem);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new Refused(`The desk gave a new certificate, but ${path} cannot be written (${codeOf(error)}).`);
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
