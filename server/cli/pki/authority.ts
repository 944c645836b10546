/** The CA that signs for a command: its certificate, its key, and the folder they lie in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../../src/core/bytes/secret.ts';
import { keyFits, readCertificate, unlockKey } from '../../../src/core/pki/pki.ts';
import { StartError } from '../../start-error.ts';
import { must } from './failure.ts';
import { readPem } from './files.ts';
import { passphraseOf } from './options.ts';

export const AUTHORITY_OPTIONS = {
  certs: { type: 'string', default: 'certs' },
  ca: { type: 'string' },
  'ca-key': { type: 'string' },
  passin: { type: 'string' },
} as const;

export const AUTHORITY_HELP = `  --certs DIR        the folder of the PKI (certs)
  --ca FILE          certificate of the CA that signs (DIR/ca.crt)
  --ca-key FILE      its private key (DIR/ca.key)
  --passin WHERE     passphrase of that key: pass:WORDS, env:NAME or file:PATH`;

export interface Authority {
  /** PEM; the CA's own certificate is the first */
  readonly certificate: string;
  readonly privateKey: Secret;
}

interface Values {
  readonly certs: string;
  readonly ca?: string | undefined;
  readonly 'ca-key'?: string | undefined;
  readonly passin?: string | undefined;
}

/** @throws StartError when a file is missing, they do not belong together, or the certificate is no authority's */
export function authorityFrom(values: Values): Authority {
  const certificateFile = values.ca ?? join(values.certs, 'ca.crt');
  const keyFile = values['ca-key'] ?? join(values.certs, 'ca.key');
  if (values.ca === undefined && !existsSync(certificateFile))
    throw new StartError(`there is no CA in ${values.certs}. Make one: trustwalk pki init --certs ${values.certs}`);
  const certificate = readPem(certificateFile, 'CERTIFICATE');
  const facts = must(readCertificate(certificate), certificateFile);
  if (!facts.isAuthority) throw new StartError(`${certificateFile}: This certificate may not sign others (CA:FALSE).`);
  const privateKey = keyFrom(keyFile, values.passin);
  if (!keyFits({ privateKey: privateKey.reveal(), certificate }).holds)
    throw new StartError(`${keyFile} and ${certificateFile} do not belong together: their public keys differ.`);
  return { certificate, privateKey };
}

/** A private key, opened. */
export function keyFrom(file: string, passin: string | undefined): Secret {
  const privateKey = readPem(file, 'PRIVATE KEY');
  const passphrase = passin === undefined ? '' : passphraseOf('--passin', passin);
  const unlocked = unlockKey({ privateKey, passphrase });
  if (!unlocked.ok && unlocked.error.kind === 'wrongPassphrase' && passin === undefined)
    throw new StartError(`${file}: This private key is encrypted. Give its passphrase with --passin.`);
  return new Secret(must(unlocked, file));
}
