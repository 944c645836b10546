/** Writes the revocation list in a folder of certificates: for the desk, and for the command line beside it. */
import { type Result, done } from '../../src/core/bytes/result.ts';
import { Secret } from '../../src/core/bytes/secret.ts';
import { StartError } from '../start-error.ts';
import { CertFolder } from './cert-folder.ts';
import { locked } from './list-lock.ts';
import { type RevocationReason, nextCrl, normalSerial } from './crl.ts';

const LIST = 'crl.pem';

/**
 * Puts a certificate on the list `crl.pem` of a folder with `ca.key` and `ca.crt`. A running desk notices the new file,
 * refuses that certificate and ends its connections, all within a second.
 *
 * @param serial hex
 * @param now Unix time in ms
 * @returns the serial in its normal form (lower-case hex without leading zeros); else why the list cannot be used
 * @throws StartError when a file cannot be read or written
 */
export async function revokeIn(
  folder: string,
  serial: string,
  now: number,
  reason?: RevocationReason,
): Promise<Result<string>> {
  const revoke = { serial, ...(reason === undefined ? {} : { reason }) };
  const written = await writeNext(folder, now, { revoke });
  return written.ok ? done(normalSerial(serial)) : written;
}

/**
 * Signs the list of a folder anew, with the next number, and nothing else changed.
 *
 * @param options `days` until the next one is promised
 * @returns the new list, PEM
 */
export function renewCrlIn(folder: string, now: number, options: { days?: number } = {}): Promise<Result<string>> {
  return writeNext(folder, now, options);
}

async function writeNext(folder: string, now: number, change: Parameters<typeof nextCrl>[3]): Promise<Result<string>> {
  const files = new CertFolder(folder);
  return locked(files.path(LIST), () => {
    const issuer = { certificate: needed(files, 'ca.crt'), privateKey: new Secret(needed(files, 'ca.key')) };
    const next = nextCrl(files.read(LIST), issuer, now, change);
    if (next.ok) files.replace(LIST, next.value);
    return next;
  });
}

function needed(files: CertFolder, name: string): string {
  const text = files.read(name);
  if (text === null) throw new StartError(`${files.path(name)} is missing: only the CA can sign a revocation list.`);
  return text;
}
