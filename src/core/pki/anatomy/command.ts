/** The openssl command that prints a file of a kind as text. */
import type { Kind } from './kinds.ts';

const PKEY = ['pkey', '-noout -text'] as const;
const PUBKEY = ['pkey', '-pubin -noout -text'] as const;

/** The subcommand, and its options after the name of the file. */
const COMMANDS: Readonly<Partial<Record<Kind, readonly [command: string, options: string]>>> = {
  certificate: ['x509', '-noout -text'],
  request: ['req', '-noout -text'],
  'revocation list': ['crl', '-noout -text'],
  'private key (PKCS#8)': PKEY,
  'private key (PKCS#1)': PKEY,
  'private key (SEC 1)': PKEY,
  'encrypted private key': PKEY,
  'public key': PUBKEY,
  'public key (PKCS#1)': ['rsa', '-RSAPublicKey_in -noout -text'],
  'PKCS#12 file': ['pkcs12', '-info -noout'],
  'curve parameters': ['ecparam', '-noout -text'],
};

/**
 * The command for one file with one thing in it.
 *
 * @param isPem whether it stands in PEM; else in DER
 */
export function textCommand(kind: Kind, file: string, isPem: boolean): string {
  const [command, options] = COMMANDS[kind] ?? ['asn1parse', '-i'];
  const isBoth = isPem || command === 'pkcs12'; // which is never in PEM
  return ['openssl', command, ...(isBoth ? [] : ['-inform DER']), '-in', file, options].join(' ');
}
