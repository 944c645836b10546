/** Says what is in a file of any kind that a PKI knows: certificate, request, list, key, PKCS#12; PEM or DER. */
import { sha256 } from '@noble/hashes/sha2.js';
import { isoTime } from '../../asn1/time.ts';
import { toHex } from '../../bytes/hex.ts';
import { blockKind, fromPem, type PemBlock } from '../../bytes/pem.ts';
import { Reader } from '../../bytes/reader.ts';
import { done, refused, type Refusal, type Result } from '../../bytes/result.ts';
import { DerReader, reading } from '../der/read.ts';
import { serialText } from '../facts.ts';
import { unlockKey } from '../keys/locked-key.ts';
import { privateKeyOf, readPrivateKey, type PrivateKey } from '../keys/private-key.ts';
import { readPublicKey, type PublicKey } from '../keys/public-key.ts';
import { checkSignature } from '../keys/signature.ts';
import { nameText } from '../names/name-text.ts';
import { readPkcs12 } from '../pkcs12/read.ts';
import { parseCertificate, type Certificate } from '../x509/certificate.ts';
import { parseCrl, type Crl } from '../x509/crl.ts';
import { parseRequest, type Request } from '../x509/request.ts';
import { extensionTrees, keyTree, signatureTree, validityTree } from './parts.ts';
import { branch, line, type Shown } from './tree.ts';

export { treeLines, type Shown } from './tree.ts';

export interface ShowOptions {
  /** the bytes of the file */
  readonly file: Uint8Array;
  /** opens an encrypted key or a PKCS#12 file; null: none is known */
  readonly passphrase: string | null;
  /** entries of a revocation list that are told; all without it */
  readonly most?: number;
}

type Tree = Result<Shown>;

/**
 * The contents of a file as trees, one for each thing in it. Of a private key its kind and public half are shown, never
 * its secret numbers.
 *
 * @returns at least one tree; else why nothing can be shown, with the place of the damage
 */
export function show({ file, passphrase, most = Infinity }: ShowOptions): Result<readonly Shown[]> {
  if (file.length === 0) return refused('empty', 'The file is empty.');
  const text = pemText(file);
  if (text === null) return derTrees(file, passphrase, most);
  const blocks = fromPem(text);
  if (!blocks.ok) return blocks;
  const trees: Shown[] = [];
  for (const [at, block] of blocks.value.entries()) {
    const tree = blockTree(block, text, passphrase, most);
    if (!tree.ok) {
      const where = blocks.value.length > 1 ? `Block ${at + 1}, "${block.label}": ` : '';
      return refused(tree.error.kind, `${where}${tree.error.why}`);
    }
    trees.push(tree.value);
  }
  return done(trees);
}

const MARK = '-----BEGIN ';

/** The file as text where it holds a PEM block, which is ASCII. */
function pemText(file: Uint8Array): string | null {
  const text = new TextDecoder('latin1').decode(file);
  return text.includes(MARK) ? text : null;
}

function blockTree(block: PemBlock, text: string, passphrase: string | null, most: number): Tree {
  const { der, label } = block;
  switch (blockKind(block)) {
    case 'certificate':
      return parsed('certificate', parseCertificate(der), certificateTree);
    case 'request':
      return parsed('request', parseRequest(der), requestTree);
    case 'revocation list':
      return parsed('revocation list', parseCrl(der), (crl) => crlTree(crl, most));
    case 'public key':
      return label === 'PUBLIC KEY' ? publicKeyTree(der) : refused('otherKind', 'An old public key is not shown here.');
    case 'private key': {
      const key = privateKeyOf(label, der);
      return key.ok ? done(privateKeyTree(key.value)) : key;
    }
    case 'encrypted key':
      return encryptedKeyTree(text, passphrase);
    default:
      return done(line(label, `${der.length} bytes`));
  }
}

function parsed<Value>(
  what: string,
  value: Result<Value, Refusal<'damaged'>>,
  tree: (value: Value) => Shown,
): Result<Shown, Refusal<'damaged'>> {
  const read = value.ok ? reading(() => tree(value.value)) : value;
  return read.ok ? read : refused('damaged', `This ${what} is damaged. ${read.error.why}`);
}

/** DER does not say what it is: whatever reads it whole, it is. Else the reader that comes farthest tells why not. */
function derTrees(file: Uint8Array, passphrase: string | null, most: number): Result<readonly Shown[]> {
  const readers: (() => Tree)[] = [
    () => parsed('certificate', parseCertificate(file), certificateTree),
    () => parsed('request', parseRequest(file), requestTree),
    () => parsed('revocation list', parseCrl(file), (crl) => crlTree(crl, most)),
    () => publicKeyTree(file),
    () => {
      const key = privateKeyOf('PRIVATE KEY', file);
      return key.ok ? done(privateKeyTree(key.value)) : key;
    },
  ];
  for (const read of readers) {
    const tree = read();
    if (tree.ok) return done([tree.value]);
  }
  const box = readPkcs12({ file, passphrase: passphrase ?? '' });
  if (box.ok) return done([pkcs12Tree(box.value)]);
  if (box.error.kind === 'wrongPassphrase')
    return passphrase === null ? refused('noPassphrase', 'This PKCS#12 file asks for a passphrase.') : box;
  if (box.error.kind !== 'damaged') return box;
  const certificate = parseCertificate(file);
  const place = certificate.ok ? '' : certificate.error.why;
  return refused(
    'unknown',
    `This is no PEM text, and as DER it is nothing that is known here. As a certificate: ${place}`,
  );
}

function certificateTree(certificate: Certificate): Shown {
  const { version, serial, issuer, subject, notBefore, notAfter, publicKey, extensions } = certificate;
  return branch('Certificate', [
    line('Version', String(version)),
    line('Serial', serialText(serial)),
    line('Issuer', nameText(issuer)),
    validityTree(notBefore, notAfter),
    line('Subject', nameText(subject)),
    keyTree('Public key', publicKey),
    ...extensionTrees(extensions, issuer),
    signatureTree(certificate.algorithm, certificate.signature),
    line('SHA-256', toHex(sha256(certificate.der))),
  ]);
}

function requestTree({ subject, publicKey, extensions, algorithm, signature, signed }: Request): Shown {
  const { holds, why } = checkSignature(publicKey, algorithm, signed, signature);
  return branch('Certificate request', [
    line('Subject', nameText(subject)),
    keyTree('Public key', publicKey),
    ...extensionTrees(extensions, null),
    signatureTree(algorithm, signature),
    line(holds ? 'Proof of the key' : 'No proof of the key', why),
  ]);
}

function crlTree(crl: Crl, most: number): Shown {
  const { issuer, thisUpdate, nextUpdate, revoked, extensions, algorithm, signature } = crl;
  const entries = revoked.slice(0, most).map(({ serial, at, reason, invalidityDate }) => {
    const since = invalidityDate === null ? '' : `, not to be trusted since ${isoTime(invalidityDate)}`;
    return line(serialText(serial), `${isoTime(at)}${reason === null ? '' : `, ${reason}`}${since}`);
  });
  const left = revoked.length - entries.length;
  const rest = left > 0 ? [line('…', `and ${left} more`)] : [];
  return branch('Revocation list', [
    line('Issuer', nameText(issuer)),
    line('This update', isoTime(thisUpdate)),
    line('Next update', nextUpdate === null ? 'not promised' : isoTime(nextUpdate)),
    branch('Revoked', [...entries, ...rest], String(revoked.length)),
    ...extensionTrees(extensions, issuer),
    signatureTree(algorithm, signature),
  ]);
}

function publicKeyTree(der: Uint8Array): Result<Shown, Refusal<'damaged'>> {
  const read = reading((): PublicKey => {
    const reader = new DerReader(new Reader(der));
    const key = readPublicKey(reader);
    reader.end('A public key');
    return key;
  });
  return parsed('public key', read, (key) => keyTree('Public key', key));
}

function privateKeyTree({ publicKey }: PrivateKey): Shown {
  return branch('Private key', [keyTree('Public half', publicKey), line('Secret half', 'not shown')]);
}

function encryptedKeyTree(text: string, passphrase: string | null): Tree {
  if (passphrase === null) return done(line('Encrypted private key', 'opens with its passphrase'));
  const unlocked = unlockKey({ privateKey: text, passphrase });
  if (!unlocked.ok) return unlocked;
  const key = readPrivateKey(unlocked.value);
  return key.ok ? done(privateKeyTree(key.value)) : key;
}

function pkcs12Tree({ identities, others }: Extract<ReturnType<typeof readPkcs12>, { ok: true }>['value']): Shown {
  return branch('PKCS#12 file', [
    ...identities.map(({ name, privateKey, certificates }) => {
      const key = readPrivateKey(privateKey);
      const chain = certificates.flatMap(certificateTrees);
      return branch('Identity', [...(key.ok ? [privateKeyTree(key.value)] : []), ...chain], name);
    }),
    ...others.flatMap(certificateTrees),
  ]);
}

function certificateTrees(pem: string): Shown[] {
  const blocks = fromPem(pem);
  if (!blocks.ok) return [];
  return blocks.value.flatMap(({ der }) => {
    const tree = parsed('certificate', parseCertificate(der), certificateTree);
    return tree.ok ? [tree.value] : [];
  });
}
