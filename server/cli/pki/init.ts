import { join } from 'node:path';
import { createAuthority, createCrl, generateKey, lockKey, readCertificate } from '../../../src/core/pki/pki.ts';
import { readOptions, type Terminal } from '../usage.ts';
import { must } from './failure.ts';
import { readIfThere, writeFile } from './files.ts';
import { StartError } from '../../start-error.ts';
import { kindOf, LIFETIME_OPTIONS, lifetimeOf, passphraseOf, wholeNumber } from './options.ts';
import { asJson, told } from './told.ts';

export const INIT_HELP = `trustwalk pki init: makes a certificate authority.

  trustwalk pki init [options]

  --certs DIR        where ca.key, ca.crt and its empty list crl.pem go (certs)
  --subject NAME     its name ("O=Order Desk, CN=Desk Root CA")
  --newkey KIND      rsa-2048 (also -3072, -4096), p256, p384 or ed25519 (rsa-2048)
  --days N | --minutes N | --not-after TIME   how long it lives (3650 days); also --not-before TIME
  --path-len N       how many CAs may stand below it
  --permit NAME      names that certificates below may have: DNS:example.test, IP:10.0.0.0/8, email:example.test
  --exclude NAME     names that they may not have; both may come several times
  --passout WHERE    encrypts its key: pass:WORDS, env:NAME or file:PATH
  --force            replaces a CA that is there. What the old one signed is then worth nothing
  --json

Exit status: 0 made, 1 refused, 2 wrong usage.`;

const CRL_DAYS = 365;

export async function init(args: string[], terminal: Terminal): Promise<number> {
  const { values } = readOptions('pki init', args, {
    ...LIFETIME_OPTIONS,
    certs: { type: 'string', default: 'certs' },
    subject: { type: 'string', default: 'O=Order Desk, CN=Desk Root CA' },
    newkey: { type: 'string', default: 'rsa-2048' },
    'path-len': { type: 'string' },
    permit: { type: 'string', multiple: true },
    exclude: { type: 'string', multiple: true },
    passout: { type: 'string' },
    force: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const { certs, subject, force } = values;
  const kind = kindOf(values.newkey);
  const now = Date.now();
  const terms = {
    ...lifetimeOf(values),
    ...{ permitted: values.permit ?? [], excluded: values.exclude ?? [] },
    ...(values['path-len'] === undefined ? {} : { pathLength: wholeNumber('--path-len', values['path-len'], 0, 999) }),
  };
  const passphrase = values.passout === undefined ? null : passphraseOf('--passout', values.passout);
  const at = (name: string) => join(certs, name);
  const taken = ['ca.key', 'ca.crt'].find((name) => !force && readIfThere(at(name)) !== null);
  if (taken !== undefined)
    throw new StartError(`${at(taken)} is there already. Take another folder, or --force for a new CA in its place.`);
  const { privateKey } = await generateKey({ kind });
  const certificate = must(createAuthority({ privateKey, subject, now, ...terms }));
  const issuer = { certificate, privateKey };
  const crl = must(createCrl({ issuer, now, number: 1, revoked: [], days: CRL_DAYS }));
  const key = passphrase === null ? privateKey : must(lockKey({ privateKey, passphrase }));
  writeFile(at('ca.key'), key, { isSecret: true, isReplacing: force });
  writeFile(at('ca.crt'), certificate, { isSecret: false, isReplacing: force });
  writeFile(at('crl.pem'), crl, { isSecret: false, isReplacing: true });
  const facts = must(readCertificate(certificate));
  const files = { key: at('ca.key'), certificate: at('ca.crt'), crl: at('crl.pem') };
  if (values.json) terminal.out(asJson({ ...facts, files }));
  else for (const line of told('Made an authority', facts, files)) terminal.out(line);
  return 0;
}
