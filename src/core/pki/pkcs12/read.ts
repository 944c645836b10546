/** Reads PKCS#12 files (RFC 7292), as openssl, Java, browsers and Windows write them. */
import { hmac } from '@noble/hashes/hmac.js';
import { piecesJoined, withDefiniteLengths } from '../../asn1/ber.ts';
import { OID } from '../../asn1/oids.ts';
import { context, TAG } from '../../asn1/tag.ts';
import { toPem } from '../../bytes/pem.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { sameBytes } from '../../bytes/reader.ts';
import { NOBLE_HASHES, type HashFunction } from '../../primitives/hash.ts';
import { Malformed, onlyElement, type DerReader } from '../der/read.ts';
import { oidText, smallInteger } from '../der/values.ts';
import { otherCipher, Work, working, wrongPassphrase, type PassphraseError } from '../keys/pbes2.ts';
import { privateKeyOf, type PrivateKey } from '../keys/private-key.ts';
import { isSameKey, readAlgorithm } from '../keys/public-key.ts';
import { stringText } from '../names/name.ts';
import { isSelfIssued, parseCertificate, type Certificate } from '../x509/certificate.ts';
import { decryptBox } from './decrypt.ts';
import { derive, DERIVED, secretOf } from './derive.ts';

export type Pkcs12ReadError = PassphraseError | Refusal<'otherKind'>;
type Read<Value> = Result<Value, Pkcs12ReadError>;

export interface Pkcs12Facts {
  readonly identities: readonly {
    /** what keystores call it; null where the file gives no name */
    readonly name: string | null;
    /** PKCS#8 PEM, not encrypted */
    readonly privateKey: string;
    /** its own first, then those that lead to its root as far as they are in the file; PEM */
    readonly certificates: readonly string[];
  }[];
  /** certificates that belong to none of the keys, PEM */
  readonly others: readonly string[];
}

/** A file larger than this is no keystore of a person or a server. */
const FILE_BYTES = 1024 * 1024;
const BAGS = 500;

/**
 * What lies in a PKCS#12 file.
 *
 * @param options `file`: its bytes
 * @returns keys with their certificates; else `wrongPassphrase`, `damaged` with the place, `otherCipher` for what only
 *   others can open, `otherKind` for a key that signs nothing here, or `tooMuchWork`
 */
export function readPkcs12(options: { readonly file: Uint8Array; readonly passphrase: string }): Read<Pkcs12Facts> {
  const { file, passphrase } = options;
  if (file.length > FILE_BYTES) return refused('damaged', `A PKCS#12 file of ${file.length} bytes is too large.`);
  const read = working(() => {
    const effort = { passphrase, work: new Work() };
    const contents = provenContents(file, effort);
    return contents.ok ? itemsOf(contents.value, effort) : contents;
  });
  if (!read.ok)
    return read.error.kind === 'damaged' ? refused('damaged', `This PKCS#12 file is damaged. ${read.error.why}`) : read;
  return done(sorted(read.value));
}

/** The passphrase, and what may be spent on trying it. */
interface Effort {
  readonly passphrase: string;
  readonly work: Work;
}

type Item =
  | { readonly kind: 'key'; readonly key: PrivateKey; readonly name: string | null }
  | { readonly kind: 'certificate'; readonly certificate: Certificate };

/** The boxes of a file, once its integrity check is seen to fit. */
function provenContents(file: Uint8Array, effort: Effort): Read<Uint8Array> {
  const reader = onlyElement(withDefiniteLengths(file), 'a PKCS#12 file', TAG.sequence).inside();
  const version = smallInteger(reader.read('the version', TAG.integer), 'The version');
  if (version !== 3) throw new Malformed(`PKCS#12 has version 3, and this says ${version}.`);
  const content = readContent(reader);
  if (content.type !== OID.data) return otherCipher(content.type); // signed with a public key: nobody does that
  const contents = content.reader.read('the contents', TAG.octetString).body;
  if (!reader.isEmpty) {
    const mac = reader.read('the integrity check', TAG.sequence).inside();
    reader.end('A PKCS#12 file');
    const fits = macFits(mac, contents, effort);
    if (!fits.ok) return fits;
    if (!fits.value) return wrongPassphrase();
  }
  return done(contents);
}

/** ContentInfo: its type, and what stands in its [0]. */
function readContent(reader: DerReader): { readonly type: string; readonly reader: DerReader } {
  const info = reader.read('a ContentInfo', TAG.sequence).inside();
  const type = oidText(info.read('the kind of contents', TAG.oid));
  return { type, reader: info.read('the contents', context(0, 'constructed')).inside() };
}

const MAC_HASHES: Readonly<Record<string, HashFunction>> = {
  [OID['id-sha1']]: NOBLE_HASHES.SHA,
  [OID['id-sha224']]: NOBLE_HASHES.SHA224,
  [OID['id-sha256']]: NOBLE_HASHES.SHA256,
  [OID['id-sha384']]: NOBLE_HASHES.SHA384,
  [OID['id-sha512']]: NOBLE_HASHES.SHA512,
};

/** MacData, RFC 7292 section 4. */
function macFits(reader: DerReader, contents: Uint8Array, { passphrase, work }: Effort): Read<boolean> {
  const info = reader.read('the digest', TAG.sequence).inside();
  const { oid } = readAlgorithm(info, 'the digest');
  const code = info.read('the digest', TAG.octetString).body;
  const salt = reader.read('the salt', TAG.octetString).body;
  const rounds = reader.optional('the number of rounds', TAG.integer);
  const hash = MAC_HASHES[oid];
  if (!hash) return otherCipher(oid);
  const iterations = rounds ? smallInteger(rounds, 'The number of rounds') : 1;
  // An empty passphrase is two zero bytes for some programs and nothing for others.
  const secrets = passphrase === '' ? [secretOf(''), new Uint8Array(0)] : [secretOf(passphrase)];
  return done(
    secrets.some((secret) => {
      const key = derive({ hash, salt, iterations }, secret, DERIVED.mac, hash.outputLen, work);
      return sameBytes(hmac(hash, key, contents), code);
    }),
  );
}

function itemsOf(contents: Uint8Array, effort: Effort): Read<readonly Item[]> {
  const items: Item[] = [];
  const boxes = onlyElement(withDefiniteLengths(contents), 'the contents', TAG.sequence).inside();
  while (!boxes.isEmpty) {
    const opened = openBox(readContent(boxes), effort);
    if (!opened.ok) return opened;
    const bags = onlyElement(withDefiniteLengths(opened.value), 'a box', TAG.sequence).inside();
    for (const bag of bags.all('bags', BAGS, TAG.sequence)) {
      const item = itemOf(bag.inside(), effort);
      if (!item.ok) return item;
      if (item.value !== null) items.push(item.value);
      if (items.length > BAGS) throw new Malformed(`There are more than ${BAGS} keys and certificates in it.`);
    }
  }
  return done(items);
}

function openBox({ type, reader }: ReturnType<typeof readContent>, effort: Effort): Read<Uint8Array> {
  if (type === OID.data) return done(reader.read('a box', TAG.octetString).body);
  if (type !== OID.encryptedData) return otherCipher(type);
  const data = reader.read('an encrypted box', TAG.sequence).inside();
  data.read('the version', TAG.integer);
  const info = data.read('the encrypted contents', TAG.sequence).inside();
  info.read('the kind of contents', TAG.oid);
  const algorithm = readAlgorithm(info, 'the encryption');
  const sealed = info.read('the encrypted bytes', context(0, 'primitive'), context(0, 'constructed'));
  const isWhole = sealed.tag === context(0, 'primitive');
  const ciphertext = isWhole ? sealed.body : piecesJoined(sealed.body);
  if (ciphertext === null) throw new Malformed('The encrypted bytes are in pieces that are no octet strings.');
  return decryptBox(algorithm, ciphertext, effort.passphrase, effort.work);
}

/** SafeBag; null for what is neither key nor certificate. */
function itemOf(reader: DerReader, effort: Effort): Read<Item | null> {
  const type = oidText(reader.read('the kind of a bag', TAG.oid));
  const value = reader.read('a bag', context(0, 'constructed')).inside();
  const name = friendlyName(reader);
  switch (type) {
    case OID.certBag: {
      const bag = value.read('a certificate', TAG.sequence).inside();
      if (oidText(bag.read('the kind of certificate', TAG.oid)) !== OID.x509Certificate) return done(null);
      const inner = bag.read('a certificate', context(0, 'constructed')).inside();
      const certificate = parseCertificate(inner.read('a certificate', TAG.octetString).body);
      return certificate.ok ? done({ kind: 'certificate', certificate: certificate.value }) : certificate;
    }
    case OID.keyBag:
      return keyItem(value.read('a private key', TAG.sequence).whole, name);
    case OID.pkcs8ShroudedKeyBag: {
      const bag = value.read('an encrypted key', TAG.sequence).inside();
      const algorithm = readAlgorithm(bag, 'the encryption');
      const ciphertext = bag.read('the encrypted bytes', TAG.octetString).body;
      const plain = decryptBox(algorithm, ciphertext, effort.passphrase, effort.work);
      return plain.ok ? keyItem(plain.value, name) : plain;
    }
    default:
      return done(null);
  }
}

function keyItem(der: Uint8Array, name: string | null): Read<Item> {
  const key = privateKeyOf('PRIVATE KEY', der);
  return key.ok ? done({ kind: 'key', key: key.value, name }) : key;
}

/** The name among a bag's attributes. */
function friendlyName(reader: DerReader): string | null {
  const attributes = reader.optional('the attributes', TAG.set);
  if (attributes === null) return null;
  for (const attribute of attributes.inside().all('attributes', BAGS, TAG.sequence)) {
    const inner = attribute.inside();
    if (oidText(inner.read('the kind of attribute', TAG.oid)) !== OID.friendlyName) continue;
    const value = inner.read('the values', TAG.set).inside().read('a name', TAG.bmpString);
    return stringText(TAG.bmpString, value.body);
  }
  return null;
}

/** Each key with the certificates that lead from it upwards. */
function sorted(items: readonly Item[]): Pkcs12Facts {
  const all = items.flatMap((item) => (item.kind === 'certificate' ? [item.certificate] : []));
  const used = new Set<Certificate>();
  const identities = items.flatMap((item) => {
    if (item.kind !== 'key') return [];
    const chain = chainOf(item.key, all);
    chain.forEach((certificate) => used.add(certificate));
    return [{ name: item.name, privateKey: toPem('PRIVATE KEY', item.key.pkcs8), certificates: chain.map(pemOf) }];
  });
  return { identities, others: all.filter((certificate) => !used.has(certificate)).map(pemOf) };
}

function chainOf({ publicKey }: PrivateKey, all: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = [];
  let next = all.find((one) => isSameKey(one.publicKey, publicKey));
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next);
    const { issuer } = next;
    next = isSelfIssued(next) ? undefined : all.find(({ subject }) => sameBytes(subject.der, issuer.der));
  }
  return chain;
}

const pemOf = ({ der }: Certificate): string => toPem('CERTIFICATE', der);
