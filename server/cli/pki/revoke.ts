import { existsSync } from 'node:fs';
import { readCertificate, signedBy } from '../../../src/core/pki/pki.ts';
import { REASONS, type Reason } from '../../../src/core/pki/x509/crl.ts';
import { StartError } from '../../start-error.ts';
import { readOptions, UsageError, type Terminal } from '../usage.ts';
import { AUTHORITY_HELP, AUTHORITY_OPTIONS, authorityFrom } from './authority.ts';
import { CRL_OPTIONS, crlLines, writeNextCrl } from './crl.ts';
import { must } from './failure.ts';
import { readPem } from './files.ts';
import { timeOf } from './options.ts';
import { asJson } from './told.ts';

/** "reserved" was never given out; the others are what an entry can say. */
const OFFERED = REASONS.filter((reason) => reason !== 'reserved');

export const REVOKE_HELP = `trustwalk pki revoke: puts a certificate on the CA's list of revoked ones. A running desk takes the list at once.

  trustwalk pki revoke SERIAL|FILE [options]

  SERIAL             its number in hex, as pki show and openssl -serial print it; or FILE, the certificate itself
  --reason REASON    ${OFFERED.slice(0, 4).join(', ')},
                     ${OFFERED.slice(4, 7).join(', ')},
                     ${OFFERED.slice(7).join(', ')} (none).
                     removeFromCRL lets a certificate off that is on hold
  --invalid-since TIME   when its key was lost, if that is known
  --days N | --minutes N   until the next list is promised (365 days)
  --crl FILE         the list (DIR/crl.pem)
  --json
${AUTHORITY_HELP}

Exit status: 0 it is on the list, 1 refused, 2 wrong usage.`;

export async function revoke(args: string[], terminal: Terminal): Promise<number> {
  const { values, words } = readOptions(
    'pki revoke',
    args,
    {
      ...AUTHORITY_OPTIONS,
      ...CRL_OPTIONS,
      reason: { type: 'string' },
      'invalid-since': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    1,
  );
  const [what] = words;
  if (what === undefined) throw new UsageError('pki revoke takes a serial number or a certificate.');
  const reason = values.reason === undefined ? undefined : reasonOf(values.reason);
  const since = values['invalid-since'];
  const now = Date.now();
  const terms = {
    ...(reason === undefined ? {} : { reason }),
    ...(since === undefined ? {} : { invalidityDate: timeOf('--invalid-since', since) }),
  };
  const authority = authorityFrom(values);
  const serial = serialOf(what, authority.certificate);
  const written = await writeNextCrl(values, authority, now, { serial, at: now, ...terms });
  if (values.json) terminal.out(asJson({ serial, ...written }));
  else {
    terminal.out(reason === 'removeFromCRL' ? `${serial} is off the list.` : `${serial} is revoked.`);
    for (const line of crlLines(written)) terminal.out(line);
  }
  return 0;
}

/** A name in any spelling, such as `key-compromise`. @throws UsageError */
function reasonOf(text: string): Reason {
  const plain = text.toLowerCase().replaceAll(/[-_ ]/g, '');
  const reason = OFFERED.find((known) => known.toLowerCase() === plain);
  if (reason !== undefined) return reason;
  throw new UsageError(`--reason takes one of ${OFFERED.join(', ')}, not "${text}".`);
}

function serialOf(what: string, ca: string): string {
  if (!existsSync(what)) {
    const hex = what
      .replace(/^(serial=|0x)/i, '')
      .replaceAll(':', '')
      .toLowerCase();
    if (/^[0-9a-f]{1,40}$/.test(hex)) return hex;
    throw new StartError(`"${what}" is neither a file nor a serial number in hex.`);
  }
  const certificate = readPem(what, 'CERTIFICATE');
  const { serial } = must(readCertificate(certificate), what);
  const { holds, why } = signedBy(certificate, ca);
  if (!holds) throw new StartError(`${what} was not issued by this CA. ${why}`);
  return serial;
}
