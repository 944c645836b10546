/**
 * The desk's own PKI: nine files in one folder, made at the first start. What is missing is made from what is there, so
 * a start that was cut short is finished by the next one. A file that is there is never overwritten, but for a server
 * certificate that has run out.
 */
import {
  chmodSync,
  constants,
  linkSync,
  mkdirSync,
  openSync,
  closeSync,
  fsyncSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { Secret } from '../../src/core/bytes/secret.ts';
import type { Result } from '../../src/core/bytes/result.ts';
import {
  createAuthority,
  createCrl,
  createRequest,
  generateKey,
  issueCertificate,
  keyFits,
  readCertificate,
} from '../../src/core/pki/pki.ts';
import { StartError } from '../start-error.ts';

export const CA_SUBJECT = 'O=Order Desk, CN=Desk Root CA';
export const SERVER_SUBJECT = 'O=Order Desk, CN=localhost';
export const CLIENT_SUBJECT = 'O=Order Desk, CN=client';
export const SERVER_NAMES = ['localhost', '127.0.0.1', '::1'];
const DAYS = { ca: 3650, leaf: 365, crl: 365 };

/** What the desk loads, PEM. */
export interface DeskCerts {
  /** absolute path of the folder */
  readonly folder: string;
  readonly ca: string;
  readonly server: { readonly certificate: string; readonly privateKey: Secret };
  /** the identity that a client on this machine uses when it is told nothing else */
  readonly client: { readonly certificate: string; readonly privateKey: Secret };
  readonly crl: string;
}

/**
 * Loads the folder's files and makes those that are missing: keys RSA-2048 with mode 0600, the server's request signed
 * at once.
 *
 * @param now Unix time in ms
 * @param log is told what was made
 * @throws StartError with cause and remedy
 */
export async function ensureCerts(folder: string, now: number, log: (line: string) => void): Promise<DeskCerts> {
  const files = new CertFolder(resolve(folder));
  const isFirst = files.read('ca.crt') === null;
  const ca = await authority(files, now);
  const server = await leaf(files, 'server', now, ca, log);
  const client = await leaf(files, 'client', now, ca, log);
  const crl = files.keep('crl.pem', () =>
    files.must(
      'ca.key',
      createCrl({
        issuer: { certificate: ca.certificate, privateKey: ca.privateKey.reveal() },
        now,
        days: DAYS.crl,
        number: 1,
        revoked: [],
      }),
    ),
  );
  if (isFirst) log(`Made a CA, and certificates for the desk and a client, in ${files.folder}`);
  return { folder: files.folder, ca: ca.certificate, server, client, crl };
}

interface Identity {
  readonly certificate: string;
  readonly privateKey: Secret;
}

async function authority(files: CertFolder, now: number): Promise<Identity> {
  if (files.read('ca.key') === null && files.read('ca.crt') !== null)
    throw new StartError(`${files.path('ca.key')} is missing. Put it back, or move the folder away to get a new CA.`);
  const privateKey = await keyOf(files, 'ca.key');
  const certificate = files.keep('ca.crt', () =>
    files.must('ca.key', createAuthority({ privateKey: privateKey.reveal(), subject: CA_SUBJECT, now, days: DAYS.ca })),
  );
  belongsTogether(files, 'ca', { certificate, privateKey });
  const { notAfter } = files.must('ca.crt', readCertificate(certificate));
  if (Date.parse(notAfter) <= now)
    throw new StartError(
      `the CA in ${files.path('ca.crt')} ran out at ${notAfter}. Move ${files.folder} away for a new one.`,
    );
  return { certificate, privateKey };
}

async function leaf(
  files: CertFolder,
  name: 'server' | 'client',
  now: number,
  ca: Identity,
  log: (line: string) => void,
): Promise<Identity> {
  const privateKey = await keyOf(files, `${name}.key`);
  const asServer = { subject: SERVER_SUBJECT, names: SERVER_NAMES };
  const wishes = name === 'server' ? asServer : { subject: CLIENT_SUBJECT };
  const request = files.keep(`${name}.csr`, () =>
    files.must(`${name}.key`, createRequest({ privateKey: privateKey.reveal(), ...wishes })),
  );
  const signed = () => {
    const issuer = { certificate: ca.certificate, privateKey: ca.privateKey.reveal() };
    return files.must(`${name}.csr`, issueCertificate({ request, issuer, for: name, now, days: DAYS.leaf }));
  };
  let certificate = files.keep(`${name}.crt`, signed);
  const { notAfter } = files.must(`${name}.crt`, readCertificate(certificate));
  if (Date.parse(notAfter) <= now) {
    certificate = signed();
    files.replace(`${name}.crt`, certificate);
    log(`${files.path(`${name}.crt`)} had run out at ${notAfter}; the CA signed a new one.`);
  }
  belongsTogether(files, name, { certificate, privateKey });
  return { certificate, privateKey };
}

async function keyOf(files: CertFolder, name: string): Promise<Secret> {
  return new Secret(
    files.read(name) ??
      files.keep(
        name,
        (
          (key) => () =>
            key
        )((await generateKey()).privateKey),
      ),
  );
}

function belongsTogether(files: CertFolder, name: string, { certificate, privateKey }: Identity): void {
  if (keyFits({ privateKey: privateKey.reveal(), certificate }).holds) return;
  throw new StartError(
    `${files.path(`${name}.key`)} and ${name}.crt do not belong together. Put the right one back, or remove both.`,
  );
}

/** One folder of PEM files; every failure is a StartError that names the file. */
class CertFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new StartError(`cannot make the folder ${folder} (${codeOf(error)}). Choose another with --certs DIR.`);
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A file's text; null when it is not there. */
  read(name: string): string | null {
    try {
      return readFileSync(this.path(name), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw new StartError(
        `cannot read ${this.path(name)} (${codeOf(error)}). Check its owner and mode, or choose another folder with --certs DIR.`,
      );
    }
  }

  /** The file's text; where there is none, what `make` gives, written first. */
  keep(name: string, make: () => string): string {
    const known = this.read(name);
    if (known !== null) return known;
    const text = make();
    // A link fails where the name is taken by now: two starts at once keep one file, and both read that.
    this.#write(name, text, (from, to) => linkSync(from, to));
    return this.read(name) ?? text;
  }

  replace(name: string, text: string): void {
    this.#write(name, text, renameSync);
  }

  /** The value of a result, or a StartError that names the file it came from. */
  must<Value>(name: string, result: Result<Value>): Value {
    if (result.ok) return result.value;
    throw new StartError(`${this.path(name)} cannot be used: ${result.error.why} Mend it, or remove it for a new one.`);
  }

  /** Whole or not at all: written beside, on the disk, then put in place. */
  #write(name: string, text: string, put: (from: string, to: string) => void): void {
    const draft = this.path(`.${name}.${process.pid}`);
    const mode = name.endsWith('.key') ? 0o600 : 0o644;
    try {
      const { O_WRONLY, O_CREAT, O_EXCL } = constants;
      const file = openSync(draft, O_WRONLY | O_CREAT | O_EXCL, mode);
      try {
        writeSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      if (name.endsWith('.key')) chmodSync(this.folder, 0o700);
      put(draft, this.path(name));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return;
      throw new StartError(
        `cannot write ${this.path(name)} (${codeOf(error)}). Check the folder's owner and mode, or choose another with --certs DIR.`,
      );
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
