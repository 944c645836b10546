/** The steps of a bench as a shell script: run in an empty folder, it makes an equivalent PKI with openssl alone. */
import { sequence } from '../../asn1/write.ts';
import { toHex } from '../../bytes/hex.ts';
import { quoted } from '../../bytes/quoted.ts';
import { Reader } from '../../bytes/reader.ts';
import type { Result } from '../../bytes/result.ts';
import { DerReader } from '../der/read.ts';
import type { KeyKind } from '../keys/key-kind.ts';
import { addressBytes, addressText } from '../names/address.ts';
import { subjectArgument } from '../names/subject-argument.ts';
import { listPlaces, sanOf, type Use } from '../profile.ts';
import type { CrlFacts } from '../revoke.ts';
import type { Reason } from '../x509/crl.ts';
import { readExtensions } from '../x509/extensions.ts';
import type { Life, Limits, Step } from './bench.ts';
import { typedSerial } from './serial.ts';

/** The whole session. Runs with bash and OpenSSL 3. */
export function scriptOf(steps: readonly Step[]): string {
  return ['#!/usr/bin/env bash', 'set -euo pipefail', 'umask 077', ...commandsOf(steps), ''].join('\n\n');
}

/** The commands of each step, as somebody types them. */
export function commandsOf(steps: readonly Step[]): readonly string[] {
  const kinds = new Map<string, KeyKind>();
  return steps.map((step) => {
    if (step.do === 'root' || step.do === 'request') kinds.set(step.name, step.kind);
    return commands(step, kinds);
  });
}

type Kinds = ReadonlyMap<string, KeyKind>;

function commands(step: Step, kinds: Kinds): string {
  switch (step.do) {
    case 'root':
      return lines(
        keyCommand(step.name, step.kind),
        `openssl req -new -key ${step.name}.key -utf8 -subj ${subjectArgument(step.subject)} -out ${step.name}.csr`,
        extensionFile(step.name, [...useLines('authority', step, step.kind), 'subjectKeyIdentifier=hash']),
        `openssl x509 -req -in ${step.name}.csr -key ${step.name}.key -days ${step.days}${digest(step.kind)} \\`,
        `    -extfile ${step.name}.ext -out ${step.name}.crt`,
      );
    case 'request':
      return lines(
        keyCommand(step.name, step.kind),
        [
          `openssl req -new -key ${step.name}.key${digest(step.kind)} -utf8 -subj ${subjectArgument(step.subject)}`,
          ...wishes(step),
          `-out ${step.name}.csr`,
        ].join(' \\\n    '),
      );
    case 'sign': {
      const { name, by, life } = step;
      const days = 'days' in life ? life.days : 1;
      return lines(
        ...('minutes' in life ? [`# for ${life.minutes} minutes on the bench; openssl x509 counts whole days`] : []),
        extensionFile(name, [
          ...useLines(step.use, step, kinds.get(name) ?? 'rsa-2048'),
          'subjectKeyIdentifier=hash',
          'authorityKeyIdentifier=keyid:always',
          ...san(step.names),
          ...lists(step.crlUrls),
        ]),
        `openssl x509 -req -in ${name}.csr -CA ${by}.crt -CAkey ${by}.key ${serialOption(step.serial)} \\`,
        ...(step.subject === undefined ? [] : [`    -subj ${subjectArgument(step.subject)} \\`]),
        `    -days ${days}${digest(kinds.get(by) ?? 'rsa-2048')} -extfile ${name}.ext -out ${name}.crt`,
      );
    }
    case 'revoke': {
      const { by } = step;
      const isKnown = !UNKNOWN_REASONS.includes(step.reason);
      return lines(
        ...(isKnown ? [] : [`# for ${step.reason} on the bench; openssl ca does not know that reason`]),
        ...database(by),
        `openssl ca -config ${by}.cnf -cert ${by}.crt -keyfile ${by}.key -revoke ${step.name}.crt -crl_reason ${isKnown ? step.reason : 'unspecified'}`,
      );
    }
    case 'list':
      return lines(
        ...database(step.by),
        `openssl ca -config ${step.by}.cnf -cert ${step.by}.crt -keyfile ${step.by}.key -gencrl ${listLife(step.life)} \\`,
        `    -out ${step.by}.crl`,
      );
    case 'bring':
      return lines(
        ...(step.certificate === null ? [] : [file(`${step.name}.crt`, step.certificate)]),
        ...(step.request === null ? [] : [file(`${step.name}.csr`, step.request)]),
        ...(step.privateKey === null ? [] : keyFromElsewhere(step.name)),
      );
    case 'bring-list':
      return lines(
        file(`${step.by}.crl`, step.pem),
        ...database(step.by),
        ...step.facts.revoked.map((one) => `printf '${indexLine(one)}\\n' >>${step.by}-index.txt`),
        `echo ${evenHex(BigInt(step.facts.number ?? 0) + 1n)} >${step.by}-number`,
      );
  }
}

/** A private key is written into no script: it has to lie there. */
const keyFromElsewhere = (name: string): string[] => [
  `[ -f ${name}.key ] || { echo 'The private key of ${name} is not in this script: put ${name}.key here.' >&2; exit 1; }`,
];

const file = (name: string, pem: string): string => [`cat >${name} <<'PEM'`, pem.trim(), 'PEM'].join('\n');

/** A revoked certificate in the index of `openssl ca`, of which only the list is known: when it runs out is not. */
function indexLine({ serial, at, reason }: CrlFacts['revoked'][number]): string {
  const moment = at.slice(2).replaceAll(/[-:T]|\.\d+/g, '');
  const isKnown = reason !== null && !UNKNOWN_REASONS.includes(reason);
  const why = isKnown && reason !== 'unspecified' ? `,${reason}` : '';
  return ['R', '491231235959Z', `${moment}${why}`, evenHex(BigInt(`0x${serial}`)), 'unknown', '/CN=unknown'].join(
    '\\t',
  );
}

function evenHex(number: bigint): string {
  const hex = number.toString(16).toUpperCase();
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

const serialOption = (serial: string | undefined): string =>
  serial === undefined ? '-CAcreateserial' : `-set_serial 0x${typedSerial(serial)}`;

const listLife = (life: Life): string => ('days' in life ? `-crldays ${life.days}` : `-crlsec ${life.minutes * 60}`);

/** Reasons of RFC 5280 section 5.3.1 that `openssl ca` (3.0) refuses to write. */
const UNKNOWN_REASONS: readonly Reason[] = ['privilegeWithdrawn', 'aACompromise'];

const lines = (...all: readonly string[]): string => all.join('\n');

const ALGORITHMS: Readonly<Record<KeyKind, string>> = {
  'rsa-2048': '-algorithm RSA -pkeyopt rsa_keygen_bits:2048',
  'rsa-3072': '-algorithm RSA -pkeyopt rsa_keygen_bits:3072',
  'rsa-4096': '-algorithm RSA -pkeyopt rsa_keygen_bits:4096',
  p256: '-algorithm EC -pkeyopt ec_paramgen_curve:P-256',
  p384: '-algorithm EC -pkeyopt ec_paramgen_curve:P-384',
  ed25519: '-algorithm ED25519',
};

const keyCommand = (name: string, kind: KeyKind): string => `openssl genpkey ${ALGORITHMS[kind]} -out ${name}.key`;

/** Ed25519 has its hash built in, and openssl takes no other. */
const digest = (kind: KeyKind): string => (kind === 'ed25519' ? '' : kind === 'p384' ? ' -sha384' : ' -sha256');

/** A heredoc whose end stands alone, and nothing in it means anything to the shell. */
const extensionFile = (name: string, all: readonly string[]): string =>
  [`cat >${name}.ext <<'EXTENSIONS'`, ...all, 'EXTENSIONS'].join('\n');

function useLines(use: Use, limits: Limits, kind: KeyKind): string[] {
  if (use !== 'authority') return leafLines(use, kind);
  const { pathLength, permitted, excluded } = limits;
  const constraints = [
    ...permitted.map((name) => `permitted;${subtree(name)}`),
    ...excluded.map((name) => `excluded;${subtree(name)}`),
  ];
  return [
    `basicConstraints=critical,CA:TRUE${pathLength === null ? '' : `,pathlen:${pathLength}`}`,
    'keyUsage=critical,keyCertSign,cRLSign',
    ...(constraints.length > 0 ? [`nameConstraints=critical,${constraints.join(',')}`] : []),
  ];
}

function leafLines(use: Exclude<Use, 'authority'>, kind: KeyKind): string[] {
  const encrypts = use !== 'client' && kind.startsWith('rsa');
  const purposes = { client: 'clientAuth', server: 'serverAuth', both: 'serverAuth,clientAuth' } as const;
  return [
    'basicConstraints=critical,CA:FALSE',
    `keyUsage=critical,digitalSignature${encrypts ? ',keyEncipherment' : ''}`,
    `extendedKeyUsage=${purposes[use]}`,
  ];
}

/** A net as openssl writes it: with its mask. */
function subtree(text: string): string {
  const [base = '', bits] = text.replace(/^IP:/i, '').split('/');
  const address = bits === undefined ? null : addressBytes(base);
  if (address === null) return generalName(text);
  const mask = address.map((_, at) => 0xff & ~(0xff >> Math.min(8, Math.max(0, Number(bits) - at * 8))));
  return `IP:${base}/${addressText(mask)}`;
}

function san(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [inWords(`subjectAltName=`, names.map(generalName)) ?? inHex('subjectAltName', sanOf(names))];
}

/** One place under several URLs has no words in openssl; several lines would be several extensions. */
function lists(urls: readonly string[]): string[] {
  if (urls.length === 0) return [];
  const words = urls.length === 1 ? inWords('crlDistributionPoints=', [`URI:${urls.join()}`]) : null;
  return [words ?? inHex('crlDistributionPoints', listPlaces(urls))];
}

/** Null where a value holds what openssl's files (config(5)) read as something else. */
const inWords = (before: string, values: readonly string[]): string | null =>
  values.some((value) => /[,;$#\\"'`]/.test(value)) ? null : before + values.join(',');

/** The extension's own bytes; what is no extension was refused on the bench, and never became a step. */
function inHex(name: string, made: Result<readonly Uint8Array[]>): string {
  const [extension] = made.ok ? readExtensions(new DerReader(new Reader(sequence(...made.value)))) : [];
  return `${name}=DER:${toHex(extension?.value ?? new Uint8Array())}`;
}

/** `localhost` is a host name, `127.0.0.1` an address; others say what they are, in openssl's letters. */
function generalName(name: string): string {
  const [, kind = '', rest = ''] = /^(DNS|IP|email|URI):\s*(.*)$/i.exec(name) ?? [];
  if (kind !== '') return `${/^email$/i.test(kind) ? 'email' : kind.toUpperCase()}:${rest}`;
  return addressBytes(name) === null ? `DNS:${name}` : `IP:${name}`;
}

function wishes({ names, use, kind }: Extract<Step, { do: 'request' }>): string[] {
  const none = { pathLength: null, permitted: [], excluded: [] };
  const all = [...(use === null ? [] : useLines(use, none, kind)), ...san(names)];
  return all.map((line) => `-addext ${quoted(line)}`);
}

/** What `openssl ca` wants to have before it revokes or lists: made once. */
function database(by: string): string[] {
  return [
    `[ -e ${by}.cnf ] || {`,
    `  touch ${by}-index.txt`,
    `  echo 01 >${by}-number`,
    `  printf '%s\\n' '[ca]' 'default_ca=own' '[own]' 'database=${by}-index.txt' 'crlnumber=${by}-number' \\`,
    `    'default_md=default' 'crl_extensions=own_list' '[own_list]' 'authorityKeyIdentifier=keyid:always' >${by}.cnf`,
    '}',
  ];
}
