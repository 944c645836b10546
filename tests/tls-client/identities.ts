/** A CA and certificates of every kind of key that TLS 1.3 knows, made by openssl. */
import { constants, createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { Openssl } from '../openssl.ts';

/** How `openssl genpkey` makes each kind. */
const KINDS = {
  p256: '-algorithm EC -pkeyopt ec_paramgen_curve:P-256',
  p384: '-algorithm EC -pkeyopt ec_paramgen_curve:P-384',
  p521: '-algorithm EC -pkeyopt ec_paramgen_curve:P-521',
  secp256k1: '-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1',
  ed25519: '-algorithm ED25519',
  ed448: '-algorithm ED448',
  rsa: '-algorithm RSA -pkeyopt rsa_keygen_bits:2048',
  pss: '-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048',
  pss384:
    '-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48',
} as const;

export type Kind = keyof typeof KINDS;

export interface Identity {
  /** names of the PEM files in the folder */
  readonly files: { readonly cert: string; readonly key: string };
  readonly der: Uint8Array;
  readonly key: KeyObject;
}

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

  #ca(): void {
    if (this.#made.has('ca')) return;
    this.openssl.must(`genpkey ${KINDS.p256} -out ca.key`);
    this.openssl.must('req -x509 -new -key ca.key -subj {/CN=Test CA} -days 30 -out ca.crt');
    this.#made.set('ca', this.read('ca'));
  }

  /** What stands in the files of this name now. */
  read(name: string): Identity {
    const files = { cert: `${name}.crt`, key: `${name}.key` };
    const der = Uint8Array.from(new X509Certificate(this.openssl.read(files.cert)).raw);
    return { files, der, key: createPrivateKey(this.openssl.read(files.key)) };
  }

  /** A certificate of the CA for such a key; the same one on every call. `number` tells several apart. */
  of(kind: Kind, number = 0): Identity {
    const name = `${kind}-${number}`;
    const known = this.#made.get(name);
    if (known) return known;
    this.#ca();
    this.openssl.must(`genpkey ${KINDS[kind]} -out ${name}.key`);
    this.openssl.must(`req -new -key ${name}.key -subj /CN=${name} -out ${name}.csr`);
    this.openssl.must(`x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out ${name}.crt`);
    const made = this.read(name);
    this.#made.set(name, made);
    return made;
  }

  /** A certificate for a key that is for these uses only, as openssl writes them. */
  usedFor(usage: string): Identity {
    const name = `p256-${usage.replaceAll(', ', '-')}`;
    const known = this.#made.get(name);
    if (known) return known;
    const { files } = this.of('p256');
    this.openssl.write(`${name}.cnf`, `keyUsage = critical, ${usage}\n`);
    this.openssl.must(`req -new -key ${files.key} -subj /CN=limited -out ${name}.csr`);
    this.openssl.must(
      `x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile ${name}.cnf -out ${name}.crt`,
    );
    this.openssl.write(`${name}.key`, this.openssl.read(files.key));
    const made = this.read(name);
    this.#made.set(name, made);
    return made;
  }

  /** A certificate that nobody but its owner signed. */
  stranger(): Identity {
    const name = 'stranger';
    const known = this.#made.get(name);
    if (known) return known;
    this.openssl.must(`genpkey ${KINDS.rsa} -out ${name}.key`);
    this.openssl.must(`req -x509 -new -key ${name}.key -subj /CN=${name} -days 30 -out ${name}.crt`);
    const made = this.read(name);
    this.#made.set(name, made);
    return made;
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
