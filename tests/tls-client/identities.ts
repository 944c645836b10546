/** A CA and certificates of every kind of key that TLS 1.3 knows, made by openssl. */
import { constants, createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { Openssl } from '../openssl.ts';

const EC = (curve: string) => `ec -pkeyopt ec_paramgen_curve:${curve}`;
const PSS = 'rsa-pss -pkeyopt rsa_keygen_bits:2048';

/** How `openssl req -newkey` makes each kind. */
const KINDS = {
  p256: EC('P-256'),
  p384: EC('P-384'),
  p521: EC('P-521'),
  secp256k1: EC('secp256k1'),
  ed25519: 'ed25519',
  ed448: 'ed448',
  rsa: 'rsa:2048',
  pss: PSS,
  pss384: `${PSS} -pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48`,
} as const;

export type Kind = keyof typeof KINDS;

export interface Identity {
  /** names of the PEM files in the folder */
  readonly files: { readonly cert: string; readonly key: string };
  readonly der: Uint8Array;
  readonly key: KeyObject;
}

const BY_THE_CA = '-CA ca.crt -CAkey ca.key';

export class Identities {
  readonly openssl = new Openssl();
  readonly #made = new Map<string, Identity>();

  get folder(): string {
    return this.openssl.folder;
  }

  /** The CA's certificate, PEM. */
  get ca(): string {
    this.#ca();
    return this.openssl.read('ca.crt');
  }

  #ca(): Identity {
    return this.#once('ca', 'p256', '-addext basicConstraints=critical,CA:TRUE');
  }

  /** A key and its certificate: one process of openssl, the first time it is asked for. */
  #once(name: string, kind: Kind, more: string): Identity {
    const known = this.#made.get(name);
    if (known) return known;
    this.openssl.write('req.cnf', '[req]\ndistinguished_name = dn\n[dn]\n'); // no extensions but those asked for
    this.openssl.must(
      `req -x509 -config req.cnf -newkey ${KINDS[kind]} -noenc -subj /CN=${name} -days 30 ${more} -keyout ${name}.key -out ${name}.crt`,
    );
    const made = this.read(name);
    this.#made.set(name, made);
    return made;
  }

  /** What stands in the files of this name now. */
  read(name: string): Identity {
    const files = { cert: `${name}.crt`, key: `${name}.key` };
    const der = Uint8Array.from(new X509Certificate(this.openssl.read(files.cert)).raw);
    return { files, der, key: createPrivateKey(this.openssl.read(files.key)) };
  }

  /** A certificate of the CA for such a key; the same one on every call. `number` tells several apart. */
  of(kind: Kind, number = 0): Identity {
    this.#ca();
    return this.#once(`${kind}-${number}`, kind, BY_THE_CA);
  }

  /** A certificate for a key that is for these uses only, as openssl writes them. */
  usedFor(usage: string): Identity {
    this.#ca();
    const name = `p256-${usage.replaceAll(', ', '-')}`;
    return this.#once(name, 'p256', `${BY_THE_CA} -addext {keyUsage=critical, ${usage}}`);
  }

  /** A certificate that nobody but its owner signed. */
  stranger(): Identity {
    return this.#once('stranger', 'rsa', '');
  }

  close(): void {
    this.openssl.close();
  }
}

const HASHES: Readonly<Record<number, string>> = {
  0x0401: 'sha256',
  0x0403: 'sha256',
  0x0503: 'sha384',
  0x0603: 'sha512',
  0x0804: 'sha256',
  0x0805: 'sha384',
  0x0806: 'sha512',
  0x0809: 'sha256',
  0x080a: 'sha384',
  0x080b: 'sha512',
};

/** Signs as RFC 8446 §4.2.3 wants it of a scheme. */
export function signAs(scheme: number, key: KeyObject, content: Uint8Array): Uint8Array {
  const isPss = scheme >> 8 === 0x08 && scheme !== 0x0807 && scheme !== 0x0808;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return Uint8Array.from(sign(HASHES[scheme] ?? null, content, isPss ? { key, ...pss } : key));
}
