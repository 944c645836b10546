import { join } from 'node:path';
import { Secret } from '../../../src/core/bytes/secret.ts';
import {
  createPkcs12,
  createRequest,
  generateKey,
  issueCertificate,
  lockKey,
  readCertificate,
} from '../../../src/core/pki/pki.ts';
import type { Use } from '../../../src/core/pki/profile.ts';
import { readOptions, UsageError, type Terminal } from '../usage.ts';
import { AUTHORITY_HELP, AUTHORITY_OPTIONS, authorityFrom, keyFrom, type Authority } from './authority.ts';
import { must } from './failure.ts';
import { readIfThere, writeFile } from './files.ts';
import { kindOf, passphraseOf } from './options.ts';
import { sign } from './sign.ts';
import { TERMS_HELP, TERMS_OPTIONS, termsOf, type TermsValues } from './terms.ts';
import { asJson, told } from './told.ts';

export const ISSUE_HELP = `trustwalk pki issue: makes a key, a request and a certificate signed by the CA.

  trustwalk pki issue [NAME] [options]

  NAME               the files are NAME.key, NAME.csr and NAME.crt (client). A key that is there is used again
  --for USE          client, server, both or ca (client; server where NAME is server)
  --subject S        ("O=Order Desk, CN=NAME")
  --san NAME         a host name, an address, email:…, URI:…; may come several times
                     (localhost, 127.0.0.1 and ::1 where NAME is server)
  --newkey KIND      rsa-2048 (also -3072, -4096), p256, p384 or ed25519 (rsa-2048)
${TERMS_HELP}
  --csr FILE         signs this request instead of making one, as pki sign does
  --out FILE|-       where the certificate goes; with - it and a new key go to standard output, and nowhere else
  --passout WHERE    encrypts a new key, and the PKCS#12 file: pass:WORDS, env:NAME or file:PATH
  --p12 FILE         writes key and certificates as PKCS#12, too
  --force            makes a new key in the place of one that is there
  --json
${AUTHORITY_HELP}

Exit status: 0 made, 1 refused, 2 wrong usage.`;

const OPTIONS = {
  ...AUTHORITY_OPTIONS,
  ...TERMS_OPTIONS,
  name: { type: 'string' },
  newkey: { type: 'string', default: 'rsa-2048' },
  csr: { type: 'string' },
  out: { type: 'string', short: 'o' },
  passout: { type: 'string' },
  p12: { type: 'string' },
  force: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

export async function issue(args: string[], terminal: Terminal): Promise<number> {
  const { values, words } = readOptions('pki issue', args, OPTIONS, 1);
  if (values.csr !== undefined) return sign(signArguments(args, values.csr), terminal);
  const name = words[0] ?? values.name ?? 'client';
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(name) || name.startsWith('.'))
    throw new UsageError(`"${name}" is no name for files: letters, digits, dots and dashes.`);
  if (name === 'ca') throw new UsageError('"ca" is the name of the CA itself: trustwalk pki init makes it.');
  const { use, terms } = wishesOf(name, values);
  const kind = kindOf(values.newkey);
  const passphrase = values.passout === undefined ? null : passphraseOf('--passout', values.passout);
  if (values.p12 !== undefined && passphrase === null)
    throw new UsageError('--p12 needs a passphrase for the file: --passout.');
  const authority = authorityFrom(values);

  const at = (ending: string) => join(values.certs, `${name}.${ending}`);
  const isPrinted = values.out === '-';
  const hasKey = !isPrinted && !values.force && readIfThere(at('key')) !== null;
  const privateKey = hasKey ? keyFrom(at('key'), values.passin) : new Secret((await generateKey({ kind })).privateKey);
  const { request, certificate } = made(privateKey, authority, { ...terms, use });
  const shownKey =
    passphrase === null ? privateKey.reveal() : must(lockKey({ privateKey: privateKey.reveal(), passphrase }));
  if (isPrinted) {
    terminal.out((shownKey + certificate).trimEnd());
    return 0;
  }
  const files = { key: at('key'), request: at('csr'), certificate: values.out ?? at('crt') };
  if (!hasKey) writeFile(files.key, shownKey, { isSecret: true, isReplacing: values.force });
  writeFile(files.request, request, { isSecret: false, isReplacing: true });
  writeFile(files.certificate, certificate, { isSecret: false, isReplacing: true });
  if (values.p12 !== undefined) {
    const certificates = [certificate, authority.certificate];
    const box = createPkcs12({ privateKey: privateKey.reveal(), certificates, passphrase: passphrase ?? '', name });
    writeFile(values.p12, must(box), { isSecret: true, isReplacing: values.force });
  }
  const facts = must(readCertificate(certificate));
  const written = { ...files, ...(values.p12 === undefined ? {} : { 'PKCS#12': values.p12 }) };
  if (values.json) terminal.out(asJson({ ...facts, newKey: !hasKey, files: written }));
  else
    for (const line of told(hasKey ? 'Issued, for the key that was there' : 'Issued', facts, written))
      terminal.out(line);
  return 0;
}

type Wishes = ReturnType<typeof termsOf> & { readonly use: Use };

function wishesOf(name: string, values: TermsValues): { use: Use; terms: ReturnType<typeof termsOf> } {
  const isServer = name === 'server';
  const terms = termsOf(values);
  const names = terms.names ?? (isServer && values.for === undefined ? LOOPBACK : []);
  const common = isServer ? 'localhost' : name;
  return {
    use: terms.for ?? (isServer ? 'server' : 'client'),
    terms: { ...terms, names, subject: terms.subject ?? `O=Order Desk, CN=${common}` },
  };
}

function made(privateKey: Secret, authority: Authority, { use, ...terms }: Wishes) {
  const { subject = '', names = [] } = terms;
  const request = must(createRequest({ privateKey: privateKey.reveal(), subject, names, for: use }));
  const issuer = { certificate: authority.certificate, privateKey: authority.privateKey.reveal() };
  const certificate = must(issueCertificate({ ...terms, request, issuer, for: use, now: Date.now() }));
  return { request, certificate };
}

/** The same line without what only `issue` knows. */
function signArguments(args: readonly string[], csr: string): string[] {
  const at = args.findIndex((word) => word === '--csr' || word.startsWith('--csr='));
  const taken = args[at] === '--csr' ? 2 : 1;
  return [csr, ...args.slice(0, at), ...args.slice(at + taken)];
}
