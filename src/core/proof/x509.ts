/** What a certificate says, as far as another one that says the same has to be made by the openssl program. */
import { Reader } from '../bytes/reader.ts';
import { toHex } from '../bytes/hex.ts';
import { certificateFacts, type PublicKey } from '../asn1/certificate.ts';
import { isA, readDer, type DerNode } from '../asn1/der.ts';
import { attributeShort, OID, oidName } from '../asn1/oids.ts';
import { oidText } from '../asn1/oid.ts';
import { contentOf, integerHex, stringText } from '../asn1/value.ts';
import { readRsaKey } from '../primitives/rsa-key.ts';
import { bitsOf } from '../primitives/rsa.ts';
import { verifySignature } from '../tls/verify/signature.ts';

export interface Extension {
  /** dotted */
  readonly oid: string;
  readonly name: string;
  readonly isCritical: boolean;
  /** contents of its OCTET STRING, DER */
  readonly value: Uint8Array;
}

/** Who signs what: the dotted algorithm, the bytes that are signed, and the signature over them. */
export interface Signed {
  readonly algorithm: string;
  readonly signed: Uint8Array;
  readonly value: Uint8Array;
}

export interface X509 {
  readonly der: Uint8Array;
  readonly subject: string;
  readonly issuer: string;
  /** the issuer's name as openssl takes it after `-subj` */
  readonly issuerArgument: string;
  /** lower-case hex */
  readonly serial: string;
  readonly key: PublicKey;
  readonly extensions: readonly Extension[];
  readonly signature: Signed;
}

/** @returns null where the bytes are no certificate */
export function readX509(der: Uint8Array): X509 | null {
  const facts = certificateFacts(der);
  const [certificate] = readDer(new Reader(der));
  const [tbs, algorithm, signature] = certificate?.children ?? [];
  if (!facts || !tbs || !algorithm || !isA(signature, 3)) return null;
  const parts = tbs.children[0]?.tagClass === 'context' ? tbs.children.slice(1) : tbs.children;
  const [serial, , issuer] = parts;
  if (!serial || !issuer) return null;
  const own = parts.find(({ tagClass, tag }) => tagClass === 'context' && tag === 3)?.children[0];
  return {
    der,
    subject: facts.subject,
    issuer: facts.issuer,
    issuerArgument: nameArgument(issuer, der),
    serial: integerHex(serial, der),
    key: facts.key,
    extensions: (own?.children ?? []).flatMap((node) => extensionOf(node, der)),
    signature: {
      algorithm: oidOf(algorithm.children[0], der),
      signed: der.subarray(tbs.start, tbs.end),
      value: contentOf(signature, der).subarray(1),
    },
  };
}

const oidOf = (node: DerNode | undefined, der: Uint8Array): string =>
  isA(node, 6) ? (oidText(contentOf(node, der)) ?? '') : '';

function extensionOf(node: DerNode, der: Uint8Array): Extension[] {
  const [id, ...rest] = node.children;
  const value = rest.at(-1);
  const oid = oidOf(id, der);
  if (oid === '' || !isA(value, 4)) return [];
  const isCritical = isA(rest[0], 1) && contentOf(rest[0], der)[0] !== 0;
  return [{ oid, name: oidName(oid), isCritical, value: contentOf(value, der) }];
}

/** `/O=Order Desk/CN=alice`: openssl-req(1), `-subj`. */
function nameArgument(name: DerNode, der: Uint8Array): string {
  const escaped = (text: string): string => text.replace(/[\\/+=]/g, '\\$&');
  const pair = ({ children: [type, value] }: DerNode): string =>
    `${shortType(oidOf(type, der))}=${value ? escaped(stringText(value, der)) : ''}`;
  return name.children.map((rdn) => `/${rdn.children.map(pair).join('+')}`).join('');
}

/** OpenSSL spells some types in its own way; these are the same for all, and dotted ones always work. */
const SAME_FOR_ALL: readonly string[] = ['C', 'CN', 'L', 'O', 'OU', 'ST'];
const shortType = (oid: string): string => (SAME_FOR_ALL.includes(attributeShort(oid)) ? attributeShort(oid) : oid);

/** Options of `openssl genpkey` for a key of the same kind and size; RSA of 2048 bits for kinds that it does not make. */
export function keyOptions({ algorithm, curve, key }: PublicKey): readonly string[] {
  if (algorithm === OID['id-Ed25519']) return ['-algorithm', 'ED25519'];
  if (algorithm === OID['id-Ed448']) return ['-algorithm', 'ED448'];
  const name = curve === null ? undefined : CURVES[curve];
  if (name !== undefined) return ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`];
  const rsa = readRsaKey(key);
  return ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${rsa ? bitsOf(rsa.modulus) : 2048}`];
}

const CURVES: Readonly<Record<string, string>> = {
  [OID.secp256r1]: 'prime256v1',
  [OID.secp256k1]: 'secp256k1',
  [OID.secp384r1]: 'secp384r1',
  [OID.secp521r1]: 'secp521r1',
};

/** How a certificate is signed: SignatureScheme (RFC 8446 §4.2.3), and options of openssl that sign in this way. */
const SIGNATURES: Readonly<Record<string, { readonly scheme: number; readonly options: readonly string[] }>> = {
  [OID.sha1WithRSAEncryption]: { scheme: 0x0201, options: ['-sha1'] },
  [OID.sha256WithRSAEncryption]: { scheme: 0x0401, options: ['-sha256'] },
  [OID.sha384WithRSAEncryption]: { scheme: 0x0501, options: ['-sha384'] },
  [OID.sha512WithRSAEncryption]: { scheme: 0x0601, options: ['-sha512'] },
  [OID['rsassa-pss']]: { scheme: 0x0804, options: ['-sha256', '-sigopt', 'rsa_padding_mode:pss'] },
  [OID['ecdsa-with-SHA1']]: { scheme: 0x0203, options: ['-sha1'] },
  [OID['ecdsa-with-SHA256']]: { scheme: 0x0403, options: ['-sha256'] },
  [OID['ecdsa-with-SHA384']]: { scheme: 0x0503, options: ['-sha384'] },
  [OID['ecdsa-with-SHA512']]: { scheme: 0x0603, options: ['-sha512'] },
  [OID['id-Ed25519']]: { scheme: 0x0807, options: [] },
};

/** Options of openssl that sign as this certificate is signed. */
export function signingOptions({ signature }: X509): readonly string[] {
  return SIGNATURES[signature.algorithm]?.options ?? ['-sha256'];
}

/** Whether one certificate's key has signed the other. Where that cannot be computed, the name decides. */
export function isSignedBy(one: X509, signer: X509): boolean {
  return one.issuer === signer.subject && mayBeBy(one.signature, signer);
}

/** False only where it can be computed that another key has signed. */
export function mayBeBy({ algorithm, signed, value }: Signed, { key }: X509): boolean {
  const scheme = SIGNATURES[algorithm]?.scheme;
  return scheme === undefined || verifySignature(scheme, key, signed, value).holds !== false;
}

/** One line for `openssl -extfile`: the very bytes of an extension. */
export function extensionLine({ oid, isCritical, value }: Extension): string {
  const bytes = toHex(value).match(/../g) ?? [];
  return `${oid} = ${isCritical ? 'critical,' : ''}DER:${bytes.join(':')}`;
}
