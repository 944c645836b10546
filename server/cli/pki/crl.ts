import { join } from 'node:path';
import { nextCrl, readCrl } from '../../../src/core/pki/pki.ts';
import type { Revocation } from '../../../src/core/pki/revoke.ts';
import { locked } from '../../desk/list-lock.ts';
import { readOptions, UsageError, type Terminal } from '../usage.ts';
import { AUTHORITY_HELP, AUTHORITY_OPTIONS, authorityFrom, type Authority } from './authority.ts';
import { must } from './failure.ts';
import { readIfThere, writeFile } from './files.ts';
import { timeOf, wholeNumber } from './options.ts';
import { asJson } from './told.ts';

export const CRL_HELP = `trustwalk pki crl: signs the CA's list of revoked certificates anew, with the next number.

  trustwalk pki crl [options]

  --days N | --minutes N | --next-update TIME   until the next list is promised (365 days).
                     After that the list is stale, and whoever insists on a fresh one lets nobody in
  --crl FILE         the list that is gone on from, and replaced (DIR/crl.pem)
  --out FILE|-       writes the new list there, and leaves the old one as it is
  --json
${AUTHORITY_HELP}

Exit status: 0 signed, 1 refused, 2 wrong usage.`;

export const CRL_OPTIONS = {
  crl: { type: 'string' },
  days: { type: 'string' },
  minutes: { type: 'string' },
  'next-update': { type: 'string' },
} as const;

interface CrlValues {
  readonly certs: string;
  readonly crl?: string | undefined;
  readonly days?: string | undefined;
  readonly minutes?: string | undefined;
  readonly 'next-update'?: string | undefined;
  readonly out?: string | undefined;
}

export async function crl(args: string[], terminal: Terminal): Promise<number> {
  const { values } = readOptions('pki crl', args, {
    ...AUTHORITY_OPTIONS,
    ...CRL_OPTIONS,
    out: { type: 'string', short: 'o' },
    json: { type: 'boolean', default: false },
  });
  const written = await writeNextCrl(values, authorityFrom(values), Date.now());
  if (values.json) terminal.out(asJson(written));
  else if (values.out === '-') terminal.out(written.pem.trimEnd());
  else for (const line of crlLines(written)) terminal.out(line);
  return 0;
}

const DAYS = 365;

/** Signs the next list, perhaps with one more certificate on it, and puts it in its place. */
export async function writeNextCrl(values: CrlValues, authority: Authority, now: number, revocation?: Revocation) {
  const path = values.crl ?? join(values.certs, 'crl.pem');
  const until = untilOf(values);
  return locked(path, () => {
    const issuer = { certificate: authority.certificate, privateKey: authority.privateKey.reveal() };
    const revoke = revocation === undefined ? [] : [revocation];
    const pem = must(nextCrl({ crl: readIfThere(path), issuer, now, revoke, ...until }), path);
    const out = values.out ?? path;
    if (out !== '-') writeFile(out, pem, { isSecret: false, isReplacing: true });
    const { number, thisUpdate, nextUpdate, revoked } = must(readCrl(pem), path);
    return { file: out, number, thisUpdate, nextUpdate, revoked, pem };
  });
}

function untilOf({ days, minutes, 'next-update': nextUpdate }: CrlValues) {
  if ([days, minutes, nextUpdate].filter((one) => one !== undefined).length > 1)
    throw new UsageError('take one of --days, --minutes and --next-update.');
  if (nextUpdate !== undefined) return { nextUpdate: timeOf('--next-update', nextUpdate) };
  if (minutes !== undefined) return { minutes: wholeNumber('--minutes', minutes, 1, 52_560_000) };
  return { days: days === undefined ? DAYS : wholeNumber('--days', days, 1, 36_500) };
}

export function crlLines({ file, number, nextUpdate, revoked }: Awaited<ReturnType<typeof writeNextCrl>>): string[] {
  return [`List number ${number} in ${file}: ${revoked.length} revoked, good until ${nextUpdate}.`];
}
