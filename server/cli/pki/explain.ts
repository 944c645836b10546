import { isoTime } from '../../../src/core/asn1/time.ts';
import { printable } from '../../../src/core/capture/printable.ts';
import type { ExplainedPath } from '../../../src/core/pki/explain.ts';
import { blocksOf, certificateFrom } from '../../../src/core/pki/input.ts';
import { explain as explainChain, readCrl } from '../../../src/core/pki/pki.ts';
import { readOptions, UsageError, type Terminal } from '../usage.ts';
import { listed } from './listed.ts';
import { must } from './failure.ts';
import { readPem } from './files.ts';
import { timeOf } from './options.ts';
import { asJson } from './told.ts';

export const EXPLAIN_HELP = `trustwalk pki explain: says whether a certificate is to be trusted, with every check and its reason.

  trustwalk pki explain LEAF --ca FILE… [options]

  LEAF               the certificate; more in the same file came along with it
  --ca FILE…         trust anchors
  --untrusted FILE…  certificates that may lead from LEAF to an anchor
  --crl FILE…        lists of revoked certificates. With any, each certificate below the anchor needs a fresh one
  --purpose server|client   what it is used for
  --name HOST        the host name or address that it must be good for
  --strict           refuses also what only strict verifiers refuse, as openssl verify -x509_strict does
  --at TIME          judges as of then (now): 2026-08-01T12:00:00Z, 2026-08-01 or Unix seconds
  --json

Files are PEM, with one or several blocks, or DER. Options that take FILE… may also come several times.

Exit status: 0 trusted, 1 not trusted or not readable, 2 wrong usage.`;

const FILES = ['ca', 'untrusted', 'crl'] as const;
const OPTIONS = {
  ca: { type: 'string', multiple: true },
  untrusted: { type: 'string', multiple: true },
  crl: { type: 'string', multiple: true },
  purpose: { type: 'string' },
  name: { type: 'string' },
  at: { type: 'string' },
  strict: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

export function explain(args: string[], terminal: Terminal): number {
  const spread = listed(args, FILES);
  const { values, words } = readOptions('pki explain', spread.args, OPTIONS, 1);
  const { ca = [], untrusted = [], crl = [], purpose, name } = values;
  const swallowing = FILES.find((option) => option === spread.greedy);
  const leaf = words[0] ?? (swallowing === undefined ? undefined : values[swallowing]?.pop());
  if (leaf === undefined) throw new UsageError('pki explain takes a certificate: trustwalk pki explain LEAF --ca FILE');
  if (ca.length === 0) throw new UsageError('pki explain needs a trust anchor: --ca FILE');
  const now = values.at === undefined ? Date.now() : timeOf('--at', values.at);
  const question = {
    certificate: textOf(leaf, 'CERTIFICATE', certificateFrom),
    anchors: ca.map(certificatesOf),
    untrusted: untrusted.map(certificatesOf),
    crls: crl.map((file) => textOf(file, 'X509 CRL', readCrl)),
    ...(purpose === undefined ? {} : { purpose: purposeOf(purpose) }),
    ...(name === undefined ? {} : { host: name }),
    strict: values.strict,
    now,
  };
  const { trusted, paths, unread } = must(explainChain(question));
  if (values.json) terminal.out(asJson({ trusted, at: isoTime(now), paths, unread }));
  else for (const line of [...unread, ...explained(trusted, paths)]) terminal.out(printable(line));
  return trusted ? 0 : 1;
}

/** Certificates of a file. One that is damaged does not keep the others from being judged. */
function certificatesOf(file: string): string {
  return textOf(file, 'CERTIFICATE', (pem) => blocksOf(pem, 'certificate'));
}

/** @throws UsageError */
function purposeOf(text: string): 'server' | 'client' {
  if (text === 'server' || text === 'client') return text;
  throw new UsageError(`--purpose takes server or client, not "${text}".`);
}

/** The text of a file, if what is needed can be read in it; else what is wrong, with the file's name. */
function textOf(file: string, label: string, read: (pem: string) => Parameters<typeof must<unknown>>[0]): string {
  const pem = readPem(file, label);
  must<unknown>(read(pem), file);
  return pem;
}

const MARKS = { holds: 'ok    ', fails: 'FAILS ', remark: 'note  ' } as const;

function explained(trusted: boolean, paths: readonly ExplainedPath[]): string[] {
  const several = paths.length > 1;
  return [
    ...paths.flatMap((path, at) =>
      several ? [`Way ${at + 1} of ${paths.length}:`, ...pathLines(path), ''] : pathLines(path),
    ),
    trusted ? 'Trusted.' : 'Not trusted.',
  ];
}

/** Each certificate of a way, with its checks below it. */
function pathLines({ certificates, checks, anchored }: ExplainedPath): string[] {
  const last = certificates.length - 1;
  return certificates.flatMap(({ subject, serial, notBefore, notAfter }, depth) => {
    const role = depth === last && anchored ? ' (trust anchor)' : '';
    return [
      `${depth}  ${subject}${role}`,
      `   serial ${serial}, valid ${notBefore} to ${notAfter}`,
      ...checks
        .filter((check) => check.depth === depth)
        .map(({ name, state, why }) => `   ${MARKS[state]}${name.padEnd(17)} ${why}`),
    ];
  });
}
