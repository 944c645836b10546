/** Keys and certificates for tests, made by the openssl program: not by the code that is under test. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts. */
export interface Made {
  readonly key: string;
  readonly certificate: string;
}

export interface Wish {
  readonly subject: string;
  readonly for?: 'client' | 'server';
  readonly names?: string;
  readonly newKey?: readonly string[];
  readonly digest?: string;
}

const P256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const ISSUED = ['-days', '2', '-sha256'];

/** Runs openssl in a temporary folder that holds `files`; returns the files named in `wanted`. */
function openssl(
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  wanted: readonly string[],
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-pki-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    return wanted.map((name) => readFileSync(join(folder, name), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const newCertificate = (
  subject: string,
  more: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Made => {
  const args = ['req', '-x509', '-nodes', '-keyout', 'key', '-out', 'crt', '-subj', subject, ...more];
  const [key = '', certificate = ''] = openssl(args, files, ['key', 'crt']);
  return { key, certificate };
};

const extensions = (wish: Wish): string[] => [
  'basicConstraints=critical,CA:false',
  ...(wish.for ? [`extendedKeyUsage=${wish.for}Auth`] : []),
  ...(wish.names ? [`subjectAltName=${wish.names}`] : []),
];

/** An authority: P-256, two days. */
export const anAuthority = (subject = '/O=Order Desk/CN=Desk Root CA'): Made =>
  newCertificate(subject, ['-newkey', ...P256, ...ISSUED, '-addext', 'keyUsage=critical,keyCertSign,cRLSign']);

/** A leaf of an authority, with a key of its own. */
export function issuedBy(ca: Made, wish: Wish): Made {
  const more = [
    '-newkey',
    ...(wish.newKey ?? P256),
    ...(wish.digest ? ['-days', '2', `-${wish.digest}`] : ISSUED),
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    ...extensions(wish).flatMap((extension) => ['-addext', extension]),
  ];
  return newCertificate(wish.subject, more, { 'ca.crt': ca.certificate, 'ca.key': ca.key });
}

/** A leaf that is its own issuer. */
export const selfSigned = (subject: string): Made =>
  newCertificate(subject, ['-newkey', ...P256, ...ISSUED, '-addext', 'basicConstraints=critical,CA:false']);

/** Signs a request that somebody else has made. */
export function signed(ca: Made, csr: string, wish: Omit<Wish, 'subject'>): string {
  const args = ['x509', '-req', '-in', 'csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'crt'];
  const extfile = extensions({ subject: '', ...wish }).join('\n');
  const files = { csr, 'ca.crt': ca.certificate, 'ca.key': ca.key, ext: extfile };
  const [certificate = ''] = openssl([...args, ...ISSUED, '-extfile', 'ext'], files, ['crt']);
  return certificate;
}

/** An RSA-2048 key and its request. */
export function aRequest(subject: string): { key: string; csr: string } {
  const args = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key', '-out', 'csr', '-subj', subject];
  const [key = '', csr = ''] = openssl(args, {}, ['key', 'csr']);
  return { key, csr };
}

/** A certificate over a public key that nobody holds the private half of: quick to make at any size. */
export function certifying(ca: Made, publicKey: string): string {
  const csr = aRequest('/CN=nobody').csr;
  const args = ['x509', '-req', '-in', 'csr', '-force_pubkey', 'pub', '-CA', 'ca.crt', '-CAkey', 'ca.key'];
  const files = { csr, pub: publicKey, 'ca.crt': ca.certificate, 'ca.key': ca.key };
  const [certificate = ''] = openssl([...args, '-CAcreateserial', '-out', 'crt', ...ISSUED], files, ['crt']);
  return certificate;
}
