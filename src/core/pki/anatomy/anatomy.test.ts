// Files made by openssl, and damaged ones, opened to the byte.
import * as fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Openssl } from '../../../../tests/openssl.ts';
import { hasProgram } from '../../../../tests/programs.ts';
import * as chains from '../../../../tests/pki/chains.ts';
import { fromPem, toPem } from '../../bytes/pem.ts';
import { explainedIn, type Field } from '../../bytes/field.ts';
import { find, leavesOf } from '../../tls/format/tree.ts';
import { anatomyOf, type Anatomy } from './anatomy.ts';

const VECTORS = '/usr/lib/python3/dist-packages/cryptography_vectors';

const opened = (input: string | Uint8Array): readonly Anatomy[] => {
  const result = anatomyOf(input);
  return result.ok ? result.value : expect.fail(result.error.why);
};
const first = (input: string | Uint8Array): Anatomy => opened(input)[0] ?? expect.fail('nothing');
const derOf = (pem: string): Uint8Array => {
  const blocks = fromPem(pem);
  return (blocks.ok ? blocks.value[0]?.der : undefined) ?? expect.fail('no PEM');
};

/** A place that no leaf owns, or two do. */
function fault({ root, buffers }: Anatomy): string | null {
  let at = 0;
  for (const { name, range } of leavesOf(root)) {
    if (range.buffer !== 0 || range.start !== at) return `${name} starts at ${range.start}, not at ${at}`;
    at = range.end;
  }
  return at === buffers[0].length ? null : `the leaves end at ${at}, not at ${buffers[0].length}`;
}

function explained({ root }: Anatomy): number {
  const steps = explainedIn(root);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

function* all(field: Field): Generator<Field> {
  yield field;
  for (const child of field.children) yield* all(child);
}
const named = (anatomy: Anatomy, name: string): Field[] =>
  [...all(anatomy.root)].filter((field) => field.name === name);

const root = chains.root();
const leaf = chains.leaf(root);
const list = chains.list(root, { revoked: [{ serial: leaf.serial }] });

describe('what a file is, told by its outline', () => {
  test('a certificate', () => {
    const { kind, label, root: tree, problem } = first(leaf.pem);
    expect({ kind, label, problem }).toEqual({ kind: 'certificate', label: 'CERTIFICATE', problem: null });
    expect(tree.value).toBe('CN=example.com');
    expect(find(tree, 'tbsCertificate', 'issuer')?.value).toBe('CN=Root');
    expect(first(leaf.der)).toMatchObject({ kind: 'certificate', label: null });
  });

  test('a revocation list', () => {
    const anatomy = first(list);
    expect(anatomy.kind).toBe('revocation list');
    expect(named(anatomy, 'userCertificate')).toHaveLength(1);
    expect(named(anatomy, 'CRLNumber')[0]?.value).toBe('7');
    expect(named(anatomy, 'nextUpdate')[0]?.value).toBe('2026-08-31T00:00:00Z');
  });

  test('a revocation list of thousands, in pieces that can be looked through', () => {
    const serials = Array.from({ length: 10_000 }, (_, at) => ({ serial: Uint8Array.of(1, at >> 8, at & 0xff) }));
    const anatomy = first(chains.list(root, { revoked: serials }));
    expect([anatomy.problem, fault(anatomy)]).toEqual([null, null]);
    expect(explained(anatomy)).toBe(anatomy.buffers[0].length);
    const revoked = find(anatomy.root, 'tbsCertList', 'revokedCertificates');
    expect(revoked?.value).toBe('10000 of them');
    expect(revoked?.children.slice(1).map(({ children }) => children.length)).toEqual(new Array(100).fill(100));
    expect(revoked?.children[100]?.name).toBe('revokedCertificate 9901 to 10000');
    expect(named(anatomy, 'userCertificate').map(({ value }) => value)).toHaveLength(10_000);
  });

  test('several in a row, in their order', () => {
    expect(opened(leaf.pem + root.pem + list).map(({ kind }) => kind)).toEqual([
      'certificate',
      'certificate',
      'revocation list',
    ]);
  });

  test('a label that lies is told', () => {
    expect(first(toPem('X509 CRL', leaf.der))).toMatchObject({
      kind: 'certificate',
      problem: 'Its label says that it is a revocation list, and it is a certificate.',
    });
  });

  test('what is no PEM is refused with a sentence', () => {
    expect(anatomyOf('hello')).toMatchObject({ ok: false, error: { kind: 'badPem' } });
    expect(anatomyOf('')).toMatchObject({ ok: false, error: { kind: 'empty' } });
    expect(anatomyOf(new Uint8Array(5_000_000))).toMatchObject({ ok: false, error: { kind: 'tooLarge' } });
  });

  test('bytes after the end are a leaf of their own, and told', () => {
    const anatomy = first(Buffer.concat([leaf.der, Buffer.from([1, 2, 3])]));
    expect(anatomy.problem).toMatch(/^(More bytes follow|At byte)/);
    expect(anatomy.buffers[0].length - explained(anatomy)).toBe(3);
    expect(fault(anatomy)).toBeNull();
  });
});

describe.skipIf(!hasProgram('openssl'))('files that openssl makes', () => {
  let openssl: Openssl;
  beforeAll(() => {
    openssl = new Openssl();
    openssl.must('genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa.key');
    openssl.must('ecparam -name prime256v1 -genkey -out ec.key');
    openssl.must('req -x509 -key rsa.key -subj /CN=me -addext subjectAltName=DNS:a.test,IP:127.0.0.1 -out me.crt');
  });
  afterAll(() => openssl.close());

  const pkcs12 = 'pkcs12 -export -inkey rsa.key -in me.crt -name me -passout pass:secret -out me.p12';
  test.each<[string, string, string, readonly string[]]>([
    ['PKCS#8', 'pkey -in rsa.key -out f', 'private key (PKCS#8)', ['RSAPrivateKey', 'privateExponent']],
    ['PKCS#8 on a curve', 'pkey -in ec.key -out f', 'private key (PKCS#8)', ['ECPrivateKey', 'publicKey']],
    ['PKCS#1', 'rsa -in rsa.key -traditional -out f', 'private key (PKCS#1)', ['prime1', 'coefficient']],
    ['SEC 1', 'ec -in ec.key -out f', 'private key (SEC 1)', ['privateKey', 'parameters']],
    ['Ed25519', 'genpkey -algorithm ed25519 -out f', 'private key (PKCS#8)', ['CurvePrivateKey']],
    [
      'PBES2',
      'pkcs8 -topk8 -in rsa.key -passout pass:x -out f',
      'encrypted private key',
      ['iterationCount', 'encryptedData'],
    ],
    ['scrypt', 'pkcs8 -topk8 -scrypt -in rsa.key -passout pass:x -out f', 'encrypted private key', ['costParameter']],
    [
      'PKCS#12 PBE',
      'pkcs8 -topk8 -v1 PBE-SHA1-3DES -in rsa.key -passout pass:x -out f',
      'encrypted private key',
      ['iterations'],
    ],
    ['the old way', 'rsa -in rsa.key -traditional -aes128 -passout pass:x -out f', 'not decoded', ['ciphertext']],
    ['a public key', 'pkey -in rsa.key -pubout -out f', 'public key', ['RSAPublicKey', 'modulus']],
    ['an EC public key', 'pkey -in ec.key -pubout -out f', 'public key', ['subjectPublicKey']],
    ['a PKCS#1 public key', 'rsa -in rsa.key -RSAPublicKey_out -out f', 'public key (PKCS#1)', ['publicExponent']],
    ['curve parameters', 'ecparam -name secp384r1 -out f', 'curve parameters', []],
    [
      'a request',
      'req -new -key ec.key -subj /CN=a -addext subjectAltName=DNS:a.test -out f',
      'request',
      ['dNSName', 's'],
    ],
    ['a bare request', 'req -new -key ec.key -subj /CN=a -out f', 'request', ['attributes']],
    ['DER of a request', 'req -new -key rsa.key -subj /CN=a -outform DER -out f', 'request', ['modulus']],
    ['DER of a key', 'pkey -in ec.key -outform DER -out f', 'private key (SEC 1)', ['namedCurve']],
    [
      'PSS',
      'req -x509 -key rsa.key -subj /CN=a -sigopt rsa_padding_mode:pss -sha256 -out f',
      'certificate',
      ['saltLength'],
    ],
    [
      'PKCS#12',
      pkcs12.replace('me.p12', 'f'),
      'PKCS#12 file',
      ['encryptedContent', 'SafeBag', 'macSalt', 'iterationCount'],
    ],
    [
      'PKCS#12 in the clear',
      `${pkcs12.replace('me.p12', 'f')} -keypbe NONE -certpbe NONE`,
      'PKCS#12 file',
      ['RSAPrivateKey', 'dNSName', 'bagAttributes'],
    ],
  ])('%s', (_, command, kind, names) => {
    openssl.must(command);
    const anatomies = opened(new Uint8Array(readFileSync(`${openssl.folder}/f`)));
    const anatomy = anatomies.at(-1) ?? expect.fail('nothing');
    expect(anatomy.kind).toBe(kind);
    expect(fault(anatomy)).toBeNull();
    for (const name of names) expect(named(anatomy, name), name).not.toEqual([]);
    if (kind === 'not decoded') expect(anatomy.problem).toContain('passphrase');
    else expect([anatomy.problem, explained(anatomy)]).toEqual([null, anatomy.buffers[0].length]);
    const nameless = [...all(anatomy.root)].filter(({ says }) => says === undefined || says.includes('no name for'));
    expect(nameless.map(({ name, value }) => `${name}: ${value}`)).toEqual([]);
  });
});

describe('whatever the bytes are', () => {
  const originals = [leaf.der, root.der, derOf(list)];
  const byte = fc.integer({ min: 0, max: 255 });
  const change = fc.record({
    original: fc.constantFrom(...originals),
    edits: fc.array(fc.tuple(fc.nat(2000), byte), { maxLength: 4 }),
    cut: fc.option(fc.nat(1200), { nil: undefined }),
    tail: fc.uint8Array({ maxLength: 12 }),
  });

  test('each belongs to one leaf, and nothing throws', () => {
    fc.assert(
      fc.property(change, ({ original, edits, cut, tail }) => {
        const bytes = Buffer.concat([original.slice(0, cut ?? original.length), tail]);
        for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value;
        for (const input of [new Uint8Array(bytes), toPem('CERTIFICATE', bytes)]) {
          const result = anatomyOf(input);
          if (!result.ok) expect(result.error.why).toMatch(/\.$/);
          else for (const anatomy of result.value) expect(fault(anatomy)).toBeNull();
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('a damaged certificate is a tree as far as it goes, and says where it ends', () => {
    const anatomy = first(toPem('CERTIFICATE', leaf.der.slice(0, 200)));
    expect(anatomy.kind).toBe('certificate');
    expect(anatomy.problem).toMatch(/^At byte \d+: .+\.$/);
    expect(fault(anatomy)).toBeNull();
  });

  test('a bomb of nested values ends soon', () => {
    const bytes = Buffer.alloc(300_000, 0x30);
    for (let at = 1; at < bytes.length; at += 2) bytes[at] = 0x80;
    expect(fault(first(new Uint8Array(bytes)))).toBeNull();
  });
});

test.skipIf(!existsSync(VECTORS))('files that others have collected', () => {
  const files = [
    'x509',
    'x509/custom',
    'x509/requests',
    'pkcs12',
    'asymmetric/PKCS8',
    'asymmetric/Traditional_OpenSSL_Serialization',
  ];
  for (const folder of files.filter((one) => existsSync(`${VECTORS}/${one}`))) {
    for (const file of readdirSync(`${VECTORS}/${folder}`).filter((one) => /\.(pem|der|p12|key)$/.test(one))) {
      const result = anatomyOf(new Uint8Array(readFileSync(`${VECTORS}/${folder}/${file}`)));
      if (!result.ok) continue;
      for (const anatomy of result.value) expect(fault(anatomy), file).toBeNull();
    }
  }
});
