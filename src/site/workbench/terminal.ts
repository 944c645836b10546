/** The openssl commands that do what the bench does, with the names and values that stand in its fields. */
import { quoted } from '$core/bytes/quoted.ts';
import type { KeyKind } from '$core/pki/keys/key-kind.ts';
import { subjectArgument } from '$core/pki/names/subject-argument.ts';

export interface TerminalCommand {
  readonly command: string;
  /** the parts that follow the fields */
  readonly strong: readonly string[];
}

/** Names of the files that a terminal would use: `alice.key`, and `ca.crt` for the learner's own CA. */
export function fileOf(owner: string, ending: 'key' | 'pub' | 'csr' | 'crt' | 'sig'): string {
  const [, authority] = /^ca:(.+)$/.exec(owner) ?? [];
  if (authority === undefined) return `${owner}.${ending}`;
  return authority === 'mine' ? `ca.${ending}` : `ca-${authority}.${ending}`;
}

export function keyCommand(owner: string, kind: KeyKind): TerminalCommand {
  const key = fileOf(owner, 'key');
  const [option, strong] = ALGORITHMS[kind];
  return {
    command: `${option.replace('{key}', key)}\nopenssl pkey -in ${key} -pubout -out ${fileOf(owner, 'pub')}`,
    strong: [key, strong],
  };
}

const genrsa = (bits: string) => [`openssl genrsa -out {key} ${bits}`, bits] as const;
const curve = (name: string) => [`openssl genpkey -algorithm EC -pkeyopt group:${name} -out {key}`, name] as const;

/** How openssl makes a key of each kind, and the part of that which is the choice. */
const ALGORITHMS: Readonly<Record<KeyKind, readonly [string, string]>> = {
  'rsa-2048': genrsa('2048'),
  'rsa-3072': genrsa('3072'),
  'rsa-4096': genrsa('4096'),
  p256: curve('P-256'),
  p384: curve('P-384'),
  ed25519: ['openssl genpkey -algorithm ed25519 -out {key}', 'ed25519'],
};

export function authorityCommand(name: string, subject: string, days: number): TerminalCommand {
  const owner = `ca:${name}`;
  const argument = subjectArgument(subject);
  return {
    command: [
      `openssl req -x509 -newkey rsa:2048 -nodes \\`,
      `    -keyout ${fileOf(owner, 'key')} -out ${fileOf(owner, 'crt')} \\`,
      `    -subj ${argument} \\`,
      `    -days ${days} -sha256 \\`,
      `    -addext keyUsage=critical,keyCertSign,cRLSign`,
    ].join('\n'),
    strong: [argument, fileOf(owner, 'crt')],
  };
}

export function requestCommand(owner: string, subject: string): TerminalCommand {
  const argument = subjectArgument(subject);
  const csr = fileOf(owner, 'csr');
  return {
    command: [
      `openssl req -new -key ${fileOf(owner, 'key')} -sha256 \\`,
      `    -subj ${argument} -out ${csr}`,
      `openssl req -in ${csr} -noout -verify`,
    ].join('\n'),
    strong: [argument],
  };
}

/** The extensions that the bench writes into a leaf certificate, as openssl's `-extfile` takes them. */
const EXTENSIONS = {
  client: ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth'],
  server: [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature,keyEncipherment',
    'extendedKeyUsage=serverAuth',
    'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1',
  ],
} as const;

export interface Grant {
  readonly owner: string;
  /** name of the authority, or `self` */
  readonly by: string;
  readonly use: 'client' | 'server';
  readonly days: number;
  /** null leaves the subject that the request asks for */
  readonly subject: string | null;
}

export function signCommand({ owner, by, use, days, subject }: Grant): TerminalCommand {
  const ext = `${use}.ext`;
  const ca = `ca:${by}`;
  const signer =
    by === 'self'
      ? `-signkey ${fileOf(owner, 'key')}`
      : `-CA ${fileOf(ca, 'crt')} -CAkey ${fileOf(ca, 'key')} -CAcreateserial`;
  const argument = subject === null ? [] : [`    -subj ${subjectArgument(subject)} \\`];
  return {
    command: [
      `printf '%s\\n' ${EXTENSIONS[use].join(' \\\n    ')} > ${ext}`,
      `openssl x509 -req -in ${fileOf(owner, 'csr')} \\`,
      `    ${signer} \\`,
      ...argument,
      `    -days ${days} -sha256 -extfile ${ext} \\`,
      `    -out ${fileOf(owner, 'crt')}`,
    ].join('\n'),
    strong: [`-days ${days}`, ext, signer, ...(subject === null ? [] : [subjectArgument(subject)])],
  };
}

export function inspectCommand(owner: string): TerminalCommand {
  const file = fileOf(owner, 'crt');
  return { command: `openssl x509 -in ${file} -noout -text`, strong: [file] };
}

export function verifyCommand(owner: string, authority: string, use: 'client' | 'server'): TerminalCommand {
  const ca = fileOf(`ca:${authority}`, 'crt');
  const file = fileOf(owner, 'crt');
  const purpose = use === 'client' ? 'sslclient' : 'sslserver';
  return { command: `openssl verify -CAfile ${ca} -purpose ${purpose} ${file}`, strong: [ca, purpose, file] };
}

export function signMessageCommand(owner: string, message: string): TerminalCommand {
  const text = quoted(message);
  const sig = fileOf(owner, 'sig');
  return {
    command: `printf %s ${text} |\n    openssl dgst -sha256 -sign ${fileOf(owner, 'key')} -out ${sig}`,
    strong: [text],
  };
}

export function verifyMessageCommand(owner: string, message: string, by: string): TerminalCommand {
  const text = quoted(message);
  const pub = fileOf(by, 'pub');
  return {
    command: `printf %s ${text} |\n    openssl dgst -sha256 -verify ${pub} -signature ${fileOf(owner, 'sig')}`,
    strong: [text, pub],
  };
}
