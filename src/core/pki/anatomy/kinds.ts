/** What a file is, told by the outline of its DER: which values stand in it, and in which order. */
import { isA, type DerNode } from '../../asn1/der.ts';
import { CERTIFICATE, named, PUBLIC_KEY, RSA_PUBLIC_KEY, UNNAMED, type Shape } from '../../asn1/shape.ts';
import type { PemBlock } from '../../bytes/pem.ts';
import { EC_PRIVATE_KEY, ENCRYPTED_PRIVATE_KEY, PRIVATE_KEY, RSA_PRIVATE_KEY } from './key-shapes.ts';
import { LIST } from './list-shape.ts';
import { PFX } from './pkcs12-shapes.ts';
import { REQUEST } from './request-shape.ts';

/** Each kind of file with its shape. */
export const KINDS = {
  certificate: CERTIFICATE,
  request: REQUEST,
  'revocation list': LIST,
  'private key (PKCS#8)': PRIVATE_KEY,
  'private key (PKCS#1)': RSA_PRIVATE_KEY,
  'private key (SEC 1)': EC_PRIVATE_KEY,
  'encrypted private key': ENCRYPTED_PRIVATE_KEY,
  'public key': PUBLIC_KEY,
  'public key (PKCS#1)': RSA_PUBLIC_KEY,
  'PKCS#12 file': PFX,
  'curve parameters': named('ECParameters', 'Which curve keys are to be on.', { source: 'RFC 5480 §2.1.1' }),
  'other DER': UNNAMED,
  'not decoded': UNNAMED,
} as const satisfies Readonly<Record<string, Shape>>;
export type Kind = keyof typeof KINDS;

const [INTEGER, BITS, OCTETS, OBJECT, SEQUENCE, UTC, GENERALIZED] = [2, 3, 4, 6, 16, 23, 24];

const isSequence = (node: DerNode | undefined): node is DerNode => isA(node, SEQUENCE);
/** A SEQUENCE that begins with an OBJECT IDENTIFIER, as algorithms and contents do. */
const isIdentified = (node: DerNode | undefined): boolean => isSequence(node) && isA(node.children[0], OBJECT);

/** The kind by the outline; `other DER` where no kind has it. */
export function kindOf(root: DerNode): Kind {
  const [first, second, third] = root.children;
  const isNumber = root.tagClass === 'universal' && root.tag === OBJECT;
  if (!isSequence(root)) return isNumber ? 'curve parameters' : 'other DER';
  if (isSequence(first) && isIdentified(second) && isA(third, BITS)) return signedKind(first);
  if (isIdentified(first)) {
    if (isA(second, BITS)) return 'public key';
    if (isA(second, OCTETS)) return 'encrypted private key';
  }
  if (!isA(first, INTEGER)) return 'other DER';
  if (isIdentified(second)) return isA(third, OCTETS) ? 'private key (PKCS#8)' : pkcs12Kind(second);
  if (isA(second, OCTETS)) return 'private key (SEC 1)';
  if (root.children.length >= 9 && root.children.slice(0, 9).every((child) => isA(child, INTEGER))) {
    return 'private key (PKCS#1)';
  }
  return isA(second, INTEGER) && third === undefined ? 'public key (PKCS#1)' : 'other DER';
}

/** A list has a moment where a certificate has its validity, and a request none of both. */
function signedKind({ children }: DerNode): Kind {
  if (children.some((child) => isA(child, UTC) || isA(child, GENERALIZED))) return 'revocation list';
  const parts = children[0]?.tagClass === 'context' ? children.slice(1) : children;
  return isA(parts[0], INTEGER) && isIdentified(parts[1]) ? 'certificate' : 'request';
}

function pkcs12Kind(content: DerNode | undefined): Kind {
  return content?.children[1]?.tagClass === 'context' ? 'PKCS#12 file' : 'other DER';
}

const LABELS: Readonly<Record<string, Kind>> = {
  ...{ CERTIFICATE: 'certificate', 'X509 CERTIFICATE': 'certificate', 'TRUSTED CERTIFICATE': 'certificate' },
  ...{ 'CERTIFICATE REQUEST': 'request', 'NEW CERTIFICATE REQUEST': 'request' },
  ...{ 'X509 CRL': 'revocation list', CRL: 'revocation list' },
  ...{ 'PRIVATE KEY': 'private key (PKCS#8)', 'ENCRYPTED PRIVATE KEY': 'encrypted private key' },
  ...{ 'RSA PRIVATE KEY': 'private key (PKCS#1)', 'EC PRIVATE KEY': 'private key (SEC 1)' },
  ...{ 'PUBLIC KEY': 'public key', 'RSA PUBLIC KEY': 'public key (PKCS#1)' },
  ...{ 'EC PARAMETERS': 'curve parameters', PKCS12: 'PKCS#12 file' },
};

/** The kind that a PEM block says it is; null where the label is none of ours. */
export function labelledKind({ label, headers }: PemBlock): Kind | null {
  if (headers.some((line) => line.includes('ENCRYPTED'))) return 'not decoded';
  return Object.hasOwn(LABELS, label) ? (LABELS[label] ?? null) : null;
}
