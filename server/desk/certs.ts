/**
 * The desk's own PKI: nine files in one folder, made at the first start. What is missing is made from what is there, so
 * a start that was cut short is finished by the next one. A file that is there is never overwritten, but for a server
 * certificate that has run out.
 */
import { resolve } from 'node:path';
import { Secret } from '../../src/core/bytes/secret.ts';
import {
  createAuthority,
  createRequest,
  generateKey,
  issueCertificate,
  keyFits,
  readCertificate,
  signedBy,
} from '../../src/core/pki/pki.ts';
import { StartError } from '../start-error.ts';
import { CertFolder } from './cert-folder.ts';
import { knownCrl, nextCrl } from './crl.ts';

export const CA_SUBJECT = 'O=Order Desk, CN=Desk Root CA';
export const SERVER_SUBJECT = 'O=Order Desk, CN=localhost';
export const CLIENT_SUBJECT = 'O=Order Desk, CN=client';
export const SERVER_NAMES = ['localhost', '127.0.0.1', '::1'];
const DAYS = { ca: 3650, leaf: 365 };

/** What the desk loads, PEM. */
export interface DeskCerts {
  /** absolute path of the folder */
  readonly folder: string;
  readonly ca: string;
  readonly caKey: Secret;
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
 * @param lastCrl the last revocation list that the desk trusted, PEM
 * @throws StartError with cause and remedy
 */
export async function ensureCerts(
  folder: string,
  now: number,
  log: Log,
  lastCrl: string | null = null,
): Promise<DeskCerts> {
  const files = new CertFolder(resolve(folder));
  const isFirst = files.read('ca.crt') === null;
  const ca = await authority(files, now);
  const server = await leaf(files, 'server', now, ca, log);
  const client = await leaf(files, 'client', now, ca, log);
  const crl = revocationList(files, now, ca, lastCrl, log);
  if (isFirst) log(`Made a CA, and certificates for the desk and a client, in ${files.folder}`);
  return { folder: files.folder, ca: ca.certificate, caKey: ca.privateKey, server, client, crl };
}

type Log = (line: string) => void;

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
  log: Log,
): Promise<Identity> {
  if (files.read(`${name}.key`) === null && (files.read(`${name}.csr`) ?? files.read(`${name}.crt`)) !== null)
    throw new StartError(
      `${files.path(`${name}.key`)} is missing. Put it back, or remove ${name}.csr and ${name}.crt as well for new ones.`,
    );
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
  comesFrom(files, `${name}.crt`, signedBy(certificate, ca.certificate));
  return { certificate, privateKey };
}

/** A list that was made for long is signed anew in its last month, as CAs do. */
const RENEWED_BEFORE_MS = 30 * 24 * 60 * 60_000;

/**
 * The CA's list. Where there is none, the last one that the desk trusted, or an empty one. Whether it is good is judged
 * while the desk runs.
 */
function revocationList(files: CertFolder, now: number, ca: Identity, last: string | null, log: Log): string {
  const crl = files.keep('crl.pem', () => {
    const known = knownCrl(last, ca.certificate);
    if (known === null) return files.must('ca.key', nextCrl(null, ca, now));
    log(`${files.path('crl.pem')} was missing; the last list that the desk trusted is back.`);
    return known.pem;
  });
  const state = knownCrl(crl, ca.certificate);
  if (state === null || state.nextUpdate === null) return crl;
  // One that has run out goes on only where it is known to be the last one: an older list may miss a certificate.
  const isForLong = state.nextUpdate - state.thisUpdate > 2 * RENEWED_BEFORE_MS;
  const isLast = crl === last || state.nextUpdate > now;
  if (!isForLong || !isLast || state.nextUpdate - now > RENEWED_BEFORE_MS) return crl;
  const renewed = files.must('ca.key', nextCrl(crl, ca, now));
  files.replace('crl.pem', renewed);
  log(`${files.path('crl.pem')} was old; the CA signed what stands in it anew.`);
  return renewed;
}

async function keyOf(files: CertFolder, name: string): Promise<Secret> {
  const known = files.read(name);
  if (known !== null) return new Secret(known);
  const { privateKey } = await generateKey();
  return new Secret(files.keep(name, () => privateKey));
}

function comesFrom(files: CertFolder, name: string, { holds, why }: { holds: boolean; why: string }): void {
  if (holds) return;
  throw new StartError(`${files.path(name)} does not come from ca.crt: ${why} Put the right one back, or remove it.`);
}

function belongsTogether(files: CertFolder, name: string, { certificate, privateKey }: Identity): void {
  if (keyFits({ privateKey: privateKey.reveal(), certificate }).holds) return;
  throw new StartError(
    `${files.path(`${name}.key`)} and ${name}.crt do not belong together. Put the right one back, or remove both.`,
  );
}
