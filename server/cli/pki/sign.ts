import { issueCertificate, readCertificate, whatWasGranted } from '../../../src/core/pki/pki.ts';
import { readOptions, UsageError, type Terminal } from '../usage.ts';
import { AUTHORITY_HELP, AUTHORITY_OPTIONS, authorityFrom } from './authority.ts';
import { must } from './failure.ts';
import { readPem, writeFile } from './files.ts';
import { TERMS_HELP, TERMS_OPTIONS, termsOf } from './terms.ts';
import { asJson, grantLines, told } from './told.ts';

export const SIGN_HELP = `trustwalk pki sign: signs a request that somebody else has made, and says what of it was granted.

  trustwalk pki sign REQUEST [options]

  REQUEST            PEM or DER; - reads it from standard input
  --for USE          client, server, both or ca (client). It decides on the uses, whatever the request asks for
  --subject S        in the place of the subject that is asked for
  --san NAME         in the place of the names that are asked for; may come several times
  --no-san           grants no names
${TERMS_HELP}
  --out FILE|-       where the certificate goes (beside the request, ending in .crt; - is standard output)
  --json
${AUTHORITY_HELP}

Exit status: 0 signed, 1 refused, 2 wrong usage.`;

const OPTIONS = {
  ...AUTHORITY_OPTIONS,
  ...TERMS_OPTIONS,
  'no-san': { type: 'boolean', default: false },
  out: { type: 'string', short: 'o' },
  json: { type: 'boolean', default: false },
} as const;

export function sign(args: string[], terminal: Terminal): number {
  const { values, words } = readOptions('pki sign', args, OPTIONS, 1);
  const [file] = words;
  if (file === undefined) throw new UsageError('pki sign takes a request: trustwalk pki sign FILE');
  const { for: use = 'client', ...terms } = termsOf(values);
  if (values['no-san'] && terms.names !== undefined) throw new UsageError('take one of --san and --no-san.');
  const names = values['no-san'] ? [] : terms.names;
  const out = values.out ?? (file === '-' ? '-' : file.replace(/\.(csr|req|pem|der|p10)$/i, '') + '.crt');
  const authority = authorityFrom(values);
  const request = readPem(file, 'CERTIFICATE REQUEST');
  const issuer = { certificate: authority.certificate, privateKey: authority.privateKey.reveal() };
  const wishes = { ...terms, ...(names === undefined ? {} : { names }) };
  const certificate = must(issueCertificate({ ...wishes, request, issuer, for: use, now: Date.now() }), file);
  const grants = must(whatWasGranted({ request, certificate }), file);
  if (out !== '-') writeFile(out, certificate, { isSecret: false, isReplacing: true });
  const facts = must(readCertificate(certificate));
  if (values.json) {
    terminal.out(
      asJson({ ...facts, grants, ...(out === '-' ? { pem: certificate } : { files: { certificate: out } }) }),
    );
  } else if (out === '-') {
    terminal.out(certificate.trimEnd());
    for (const line of grantLines(grants)) terminal.error(line);
  } else {
    for (const line of [...told('Signed', facts, { certificate: out }), ...grantLines(grants)]) terminal.out(line);
  }
  return 0;
}
