/** From PEM text to what it holds; a text of another kind is refused by naming what it is. */
import { blockKind, fromPem, type PemBlock, type PemKind } from '../bytes/pem.ts';
import { Reader } from '../bytes/reader.ts';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { DerReader, reading } from './der/read.ts';
import { readPublicKey, type PublicKey } from './keys/public-key.ts';
import { parseCertificate, type Certificate } from './x509/certificate.ts';
import { parseRequest, type Request } from './x509/request.ts';

export type InputError = Refusal<'notPem' | 'wrongKind' | 'damaged'>;

/** The first certificate of a text. */
export function certificateFrom(pem: string): Result<Certificate, InputError> {
  return firstOf(pem, 'certificate', parseCertificate);
}

/** The first signing request of a text. */
export function requestFrom(pem: string): Result<Request, InputError> {
  return firstOf(pem, 'request', parseRequest);
}

/** The first public key of a text. */
export function publicKeyFrom(pem: string): Result<PublicKey, InputError> {
  return firstOf(pem, 'public key', (der) => reading(() => wholeKey(der)));
}

function wholeKey(der: Uint8Array): PublicKey {
  const reader = new DerReader(new Reader(der));
  const key = readPublicKey(reader);
  reader.end('A public key');
  return key;
}

/** Every certificate of a text; a damaged one refuses all. */
export function certificatesFrom(pem: string): Result<readonly Certificate[], InputError> {
  const blocks = blocksOf(pem, 'certificate');
  if (!blocks.ok) return blocks;
  const certificates: Certificate[] = [];
  for (const { der } of blocks.value) {
    const certificate = parseCertificate(der);
    if (!certificate.ok) return damaged('certificate', certificate.error);
    certificates.push(certificate.value);
  }
  return done(certificates);
}

/** DER of the first block of this kind. */
export function firstOf<Value>(
  pem: string,
  kind: PemKind,
  parse: (der: Uint8Array) => Result<Value, Refusal<'damaged'>>,
): Result<Value, InputError> {
  const blocks = blocksOf(pem, kind);
  if (!blocks.ok) return blocks;
  const parsed = parse(blocks.value[0].der);
  return parsed.ok ? parsed : damaged(kind, parsed.error);
}

/** The blocks of a kind in a text, at least one. */
export function blocksOf(pem: string, kind: PemKind): Result<readonly [PemBlock, ...PemBlock[]], InputError> {
  const blocks = fromPem(pem);
  if (!blocks.ok) return refused('notPem', blocks.error.why);
  const [first, ...rest] = blocks.value.filter((block) => blockKind(block) === kind);
  if (first) return done([first, ...rest]);
  const found = [...new Set(blocks.value.map(blockKind))].join(', ');
  return refused('wrongKind', `A ${kind} is needed, and this is: ${found}.`);
}

function damaged(kind: PemKind, error: Refusal<'damaged'>): Result<never, InputError> {
  return refused('damaged', `This ${kind} is damaged. ${error.why}`);
}
