/** The steps of a bench as a shell script: run in an empty folder, it makes an equivalent PKI with openssl alone. */
import type { KeyKind } from '../keys/key-kind.ts';
import type { Use } from '../profile.ts';
import type { Limits, Step } from './bench.ts';

/** The whole session. Runs with bash and OpenSSL 3. */
export function scriptOf(steps: readonly Step[]): string {
  return ['#!/usr/bin/env bash', 'set -euo pipefail', 'umask 077', ...commandsOf(steps), ''].join('\n\n');
}

/** The commands of each step, as somebody types them. */
export function commandsOf(steps: readonly Step[]): readonly string[] {
  const kinds = new Map<string, KeyKind>();
  const issuers = new Map<string, string>();
  return steps.map((step) => {
    if (step.do === 'root' || step.do === 'request') kinds.set(step.name, step.kind);
    if (step.do === 'sign') issuers.set(step.name, step.by);
    return commands(step, kinds, issuers);
  });
}

type Kinds = ReadonlyMap<string, KeyKind>;

function commands(step: Step, kinds: Kinds, issuers: ReadonlyMap<string, string>): string {
  switch (step.do) {
    case 'root':
      return lines(
        keyCommand(step.name, step.kind),
        `openssl req -new -key ${step.name}.key -utf8 -subj ${subject(step.subject)} -out ${step.name}.csr`,
        extensionFile(step.name, [...useLines('authority', step, step.kind), 'subjectKeyIdentifier=hash']),
        `openssl x509 -req -in ${step.name}.csr -key ${step.name}.key -days ${step.days}${digest(step.kind)} \\`,
        `    -extfile ${step.name}.ext -out ${step.name}.crt`,
      );
    case 'request':
      return lines(
        keyCommand(step.name, step.kind),
        [
          `openssl req -new -key ${step.name}.key${digest(step.kind)} -utf8 -subj ${subject(step.subject)}`,
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
          ...step.crlUrls.map((url) => `crlDistributionPoints=URI:${url}`),
        ]),
        `openssl x509 -req -in ${name}.csr -CA ${by}.crt -CAkey ${by}.key -CAcreateserial \\`,
        `    -days ${days}${digest(kinds.get(by) ?? 'rsa-2048')} -extfile ${name}.ext -out ${name}.crt`,
      );
    }
    case 'revoke': {
      const by = issuers.get(step.name) ?? '';
      return lines(
        ...database(by),
        `openssl ca -config ${by}.cnf -cert ${by}.crt -keyfile ${by}.key -revoke ${step.name}.crt -crl_reason ${step.reason}`,
      );
    }
    case 'list':
      return lines(
        ...database(step.by),
        `openssl ca -config ${step.by}.cnf -cert ${step.by}.crt -keyfile ${step.by}.key -gencrl -crldays ${step.days} \\`,
        `    -out ${step.by}.crl`,
      );
  }
}

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

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** `O=Order Desk, CN=alice` as `-subj` takes it. */
function subject(text: string): string {
  const parts = text.split(/,(?=\s*[A-Za-z.\d]+\s*=)/).map((part) => part.trim());
  return quoted(parts.map((part) => `/${part.replace(/[\\/+]/g, '\\$&')}`).join(''));
}

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

/** An IPv4 net as openssl writes it: with its mask. */
function subtree(name: string): string {
  const net = /^IP:(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(name);
  if (!net) return name;
  const bits = Number(net[2]);
  const mask = [0, 8, 16, 24].map((from) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - from))));
  return `IP:${net[1]}/${mask.join('.')}`;
}

const san = (names: readonly string[]): string[] =>
  names.length > 0 ? [`subjectAltName=${names.map(generalName).join(',')}`] : [];

/** `localhost` is a host name, `127.0.0.1` an address; others say what they are. */
function generalName(name: string): string {
  if (/^(DNS|IP|email|URI):/i.test(name)) return name;
  return /^\d+\.\d+\.\d+\.\d+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`;
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
